// Child of the trial: commits without end and says what was answered, until it is killed.
import { writeSync } from 'node:fs'
import { change, openStore } from './rig.mjs'

const [engine, dir, from, size] = process.argv.slice(2)
const opened = await openStore(engine, dir)
if (!opened.ok) {
  writeSync(2, `${JSON.stringify(opened.error)}\n`)
  process.exit(3)
}
for (let n = Number(from); ; n++) {
  const result = await opened.value.commit(change(n, size !== 'small'))
  if (!result.ok) {
    writeSync(2, `${result.error.message}\n`)
    process.exit(4)
  }
  writeSync(1, `${n}\n`)
}
