// The load process: does what its parent tells it, and reports. Ends with its parent.
import { type Generator, generate } from './generator.ts'
import type { FromLoad, ToLoad } from './messages.ts'

const tell = (message: FromLoad): void => {
  process.send?.(message)
}

let running: Generator | undefined
process.on('disconnect', () => process.exit(0))
process.on('message', (message: ToLoad) => {
  if (message.kind === 'start') running = generate(message.config, (kind, report) => tell({ kind, report }))
  else if (message.kind === 'stop') running?.stop()
  else if (running !== undefined) tell({ kind: 'sample', id: message.id, report: running.sample() })
})
