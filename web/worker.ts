// Builds the service worker beside the pages and tells it which files they are.
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import type { Plugin } from 'vite'

const WORKER = 'sw.js'
/** The fonts of these scripts are read by every page, the others are kept when they are first used. */
const FONTS = /-latin(-ext)?-/
const isNeeded = (name: string) => /\.(js|css)$/.test(name) || (name.endsWith('.woff2') && FONTS.test(name))

/** Every file of the public folder stands beside the page; the page itself is the root. */
const publicFiles = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name)).map((name) => `/${name.replaceAll('\\', '/')}`)

export function serviceWorker(publicFolder: string): Plugin {
  return {
    name: 'tickfolio-service-worker',
    apply: 'build',
    enforce: 'post',
    buildStart() { this.emitFile({ type: 'chunk', id: 'src/worker/worker.ts', fileName: WORKER }) },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const worker = bundle[WORKER]
        if (worker?.type !== 'chunk' || worker.imports.length || worker.exports.length) throw new Error(`${WORKER} has to be a script of its own`)
        const files = ['/', ...publicFiles(publicFolder), ...Object.keys(bundle).filter((name) => name.startsWith('assets/') && isNeeded(name)).map((name) => `/${name}`)].sort()
        const content = createHash('sha256').update(worker.code)
        for (const name of Object.keys(bundle).sort()) {
          const made = bundle[name]
          if (name !== WORKER) content.update(name).update(made.type === 'chunk' ? made.code : made.source)
        }
        worker.code = worker.code.replace('__SHELL__', JSON.stringify({ version: content.digest('hex').slice(0, 12), files }))
      },
    },
  }
}
