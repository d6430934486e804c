// Writes docs/reference/manifests.md from the schemas: what a field means is said once, where it is checked.
// Usage: npm run build && node scripts/reference-manifests.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { manifestReference } from '../dist/model/reference.js'

const page = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'reference', 'manifests.md')
const text = manifestReference()
if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== text) {
    console.error(`${page} is not what the schemas say: run node scripts/reference-manifests.mjs`)
    process.exit(1)
  }
} else {
  writeFileSync(page, text)
}
