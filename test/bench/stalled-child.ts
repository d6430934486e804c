// A process of the benchmark of stalled readers: `run OPTIONS` is the server's, `clients OPTIONS` that of its clients.
import { fork } from 'node:child_process'
import { type ClientsOptions, startClients } from './stalled-clients.ts'
import { runStalled, type StalledOptions } from './stalled-run.ts'

const [what, text = '{}'] = process.argv.slice(2)

/** The clients in a process of their own. */
function clientsApart(options: ClientsOptions): Promise<() => void> {
  const child = fork(process.argv[1] ?? '', ['clients', JSON.stringify(options)], { execArgv: [] })
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(() => child.kill('SIGKILL')))
    child.once('exit', (code) => reject(new Error(`the clients ended with ${code}`)))
  })
}

// Nobody outlives who started it.
process.once('disconnect', () => process.exit(1))

if (what === 'clients') {
  const options: ClientsOptions = JSON.parse(text)
  await startClients(options)
  process.send?.('started')
} else {
  const options: StalledOptions = JSON.parse(text)
  const result = await runStalled(options, clientsApart)
  process.send?.(result, () => process.exit(0))
}
