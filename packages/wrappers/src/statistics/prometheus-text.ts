import type { Counters, Verb } from './counters.ts'
import type { LayerCounters } from './layer-counters.ts'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number]

/** The counts of all layers in Prometheus' text format, version 0.0.4. */
export function prometheusText(layers: ReadonlyMap<string, LayerCounters>): string {
  const groups = [...layers].flatMap(([layer, { groups, bytes }]) =>
    [...groups].map(([collection, counters]) => ({ labels: { layer, collection }, counters, bytes })),
  )
  const each = (samples: (counters: Counters, bytes: boolean) => readonly Sample[]): readonly Sample[] =>
    groups.flatMap(({ labels, counters, bytes }) =>
      samples(counters, bytes).map(([own, value]): Sample => [{ ...labels, ...own }, value]),
    )
  const totals = [...layers].flatMap(([layer, { total }]): readonly Sample[] => [
    [{ layer, result: 'committed' }, total.commits - total.conflicts],
    [{ layer, result: 'conflict' }, total.conflicts],
  ])

  return [
    counter(
      'gets_total',
      'Records asked for.',
      each(({ hits, misses }) => [
        [{ result: 'hit' }, hits],
        [{ result: 'miss' }, misses],
      ]),
    ),
    counter(
      'lists_total',
      'Lists answered.',
      each(({ lists }) => [[{}, lists]]),
    ),
    counter(
      'listed_records_total',
      'Records that lists answered.',
      each(({ listed }) => [[{}, listed]]),
    ),
    counter(
      'changes_total',
      'Changes of commits.',
      each(({ puts, deletes, checks }) => [
        [{ change: 'put' }, puts],
        [{ change: 'delete' }, deletes],
        [{ change: 'check' }, checks],
      ]),
    ),
    counter('commits_total', 'Commits answered, whatever number of collections they touched.', totals),
    counter(
      'errors_total',
      'Calls that failed.',
      each(({ errors }) => [[{}, errors]]),
    ),
    counter(
      'bytes_total',
      'Bytes of values as JSON text.',
      each(({ bytesRead, bytesWritten }, bytes) =>
        bytes
          ? [
              [{ direction: 'read' }, bytesRead],
              [{ direction: 'written' }, bytesWritten],
            ]
          : [],
      ),
    ),
    family(
      'duration_seconds',
      'histogram',
      'How long calls took.',
      groups.flatMap(({ labels, counters }) =>
        (['get', 'list', 'commit'] as const).flatMap((verb) => histogram(labels, counters, verb)),
      ),
    ),
  ].join('')
}

function counter(name: string, help: string, samples: readonly Sample[]): string {
  return family(
    name,
    'counter',
    help,
    samples.map(([labels, value]) => line(name, labels, value)),
  )
}

function histogram(labels: Labels, counters: Counters, verb: Verb): readonly string[] {
  const durations = counters.latency[verb]
  if (durations.count === 0) return []
  const own = { ...labels, verb }
  return [
    ...durations
      .cumulative()
      .map(({ seconds, count }) => line('duration_seconds_bucket', { ...own, le: String(seconds) }, count)),
    line('duration_seconds_bucket', { ...own, le: '+Inf' }, durations.count),
    line('duration_seconds_sum', own, durations.sumSeconds),
    line('duration_seconds_count', own, durations.count),
  ]
}

function family(name: string, type: string, help: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  return `# HELP threadkeep_store_${name} ${help}\n# TYPE threadkeep_store_${name} ${type}\n${lines.join('')}`
}

function line(name: string, labels: Labels, value: number): string {
  const text = Object.entries(labels).map(([label, content]) => `${label}="${escapeLabel(content)}"`)
  return `threadkeep_store_${name}{${text.join(',')}} ${value}\n`
}

function escapeLabel(content: string): string {
  return content.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
