// `verdigris serve` with one promise taken away, for the tests that show what the promise is for: the barrier of the push
// and, because each stream keeps the same order once more, that order too. Run as
// `trial-serve.mjs serve --trial skipPrepare|removeWithSwitch|none [flags of serve]`. With `--crash FOLDER` it dies at the
// step that the folder names (crash-points.mjs).
import { loadConfig } from '../../dist/config.js'
import { serve } from '../../dist/main.js'
import { crashPoints } from './crash-points.mjs'

const flags = {}
let trial = 'none'
let crash
for (let index = 3; index < process.argv.length; index += 2) {
  const [name = '', value] = process.argv.slice(index, index + 2)
  if (name === '--trial') trial = value
  else if (name === '--crash') crash = value
  else flags[name.slice(2)] = value
}
const config = loadConfig({ flags, env: {} })
if (!config.ok) throw new Error(config.error.message)
const unsafe =
  trial === 'none'
    ? {}
    : { unsafe: { [trial]: true }, streamLimits: { orderDeadlineMs: 0, clustersFirstMs: 0 } }
const started = await serve(config.value, {
  ...unsafe,
  ...(crash === undefined ? {} : { around: crashPoints(crash) }),
})
if (!started.ok) throw new Error(started.error.message)
process.on('SIGTERM', () => started.value.stop())
