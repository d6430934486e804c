// Where the compiled script of a child process is: beside this file in dist, and in dist too when this file itself
// runs as TypeScript (tests).
import { existsSync } from 'node:fs'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Path of `<name>.js`, relative to this folder. Throws when the project is not built. */
export function childScript(name: string): string {
  const own = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  const path = own.replace(`${sep}src${sep}demo${sep}`, `${sep}dist${sep}demo${sep}`)
  if (!existsSync(path)) throw new Error(`${path} is not there: run "npm run build" first`)
  return path
}
