// The version of this program.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** As in package.json, which stands beside `src` and `dist`. */
export function programVersion(): string {
  const file = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'package.json')
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const version =
    typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined
  return typeof version === 'string' ? version : 'unknown'
}
