import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Exchange } from '../transport/http-answer.ts'
import { begin } from '../transport/http-answer.ts'
import type { Handler } from '../transport/http-server.ts'

const root = '/graphiql/'

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Threadkeep</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${root}graphiql.css" />
    <style>
      body { margin: 0 }
      #graphiql { height: 100dvh }
    </style>
  </head>
  <body>
    <div id="graphiql">Loading…</div>
    ${['react.js', 'react-dom.js', 'graphiql.js', 'page.js'].map((name) => `<script defer src="${root}${name}"></script>`).join('\n    ')}
  </body>
</html>
`

/** Nothing from elsewhere is loaded, and no other page may frame this one. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** The page to try operations, served from installed packages alone. */
export interface GraphiQLPage {
  serve(exchange: Exchange): void
  /** Serves a file of the page, and leads from `/` to the page itself; undefined for other paths. */
  file(path: string): Handler | undefined
}

/** A browser that came to look: it asks for a page, not for an answer. */
export function wantsPage({ request, search }: Exchange): boolean {
  return request.method === 'GET' && search === '' && request.headers.accept?.includes('text/html') === true
}

function toPage(exchange: Exchange): void {
  begin(exchange, 302, { location: '/graphql', 'content-type': 'text/plain; charset=utf-8' })
  exchange.response.end('GraphQL lives at /graphql.\n')
}

/** Finds the files of the page. They are read when somebody opens it. */
export function createGraphiQLPage(): GraphiQLPage {
  const { resolve } = createRequire(import.meta.url)
  const of = (name: string, file: string): string => join(dirname(resolve(`${name}/package.json`)), file)
  const files: Readonly<Record<string, string>> = {
    'react.js': of('react', 'umd/react.production.min.js'),
    'react-dom.js': of('react-dom', 'umd/react-dom.production.min.js'),
    'graphiql.js': of('graphiql', 'graphiql.min.js'),
    'graphiql.css': of('graphiql', 'graphiql.min.css'),
    'page.js': fileURLToPath(new URL('../../assets/graphiql.js', import.meta.url)),
  }
  return {
    serve(exchange) {
      begin(exchange, 200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy,
        'referrer-policy': 'no-referrer',
      })
      exchange.response.end(page)
    },
    file(path) {
      if (path === '/') return toPage
      const name = path.startsWith(root) ? path.slice(root.length) : ''
      if (!Object.hasOwn(files, name)) return undefined
      return async (exchange) => {
        const bytes = await readFile(files[name]!)
        begin(exchange, 200, {
          'content-type': `text/${name.endsWith('.css') ? 'css' : 'javascript'}; charset=utf-8`,
          'cache-control': 'private, max-age=3600',
        })
        exchange.response.end(bytes)
      }
    },
  }
}
