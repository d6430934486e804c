// Compiles src to dist, whole: a stale file of an earlier build must not survive.
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const typescript = createRequire(import.meta.url).resolve('typescript/package.json')
rmSync(join(root, 'dist'), { recursive: true, force: true })
const tsc = spawnSync(
  process.execPath,
  [join(dirname(typescript), 'bin', 'tsc'), '-p', join(root, 'tsconfig.build.json')],
  {
    stdio: 'inherit',
  },
)
// `npm link` made it executable once; a new build has to do it again.
if (tsc.status === 0) chmodSync(join(root, 'dist', 'cli', 'verdigris.js'), 0o755)
process.exit(tsc.status ?? 1)
