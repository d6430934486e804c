// Moves a service to another environment, waits until every proxy has it, and ends with a status that CI can use:
//   node switch-and-wait.js checkout green
import { connect, VerdigrisError } from 'verdigris/client'

const [service = 'checkout', environment = 'green'] = process.argv.slice(2)
const verdigris = connect({ server: process.env.VERDIGRIS_SERVER ?? '127.0.0.1:18001', actor: 'ci' })

try {
  const change = await verdigris.traffic.switch({ service, environment, options: { reason: 'release v2' } })
  const push = await verdigris.arrived(change, { timeoutMs: 120_000 })
  console.log(push === undefined ? 'it is there already' : `r${change.revision}: ${push.verdict}`)
} catch (error) {
  if (!(error instanceof VerdigrisError)) throw error
  console.error(error.message)
  for (const { node, detail } of error.refusals) console.error(`  ${node}: ${detail}`)
  process.exitCode = 1
} finally {
  verdigris.close()
}
