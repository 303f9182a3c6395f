import { readConfig } from '@changesets/config'

/** What is wrong with .changeset/config.json: names of packages that are not here count too. */
export async function changesetFaults(root: string): Promise<readonly string[]> {
  const { errors = [], warnings } = await readConfig(root)
  return [...errors, ...warnings]
}
