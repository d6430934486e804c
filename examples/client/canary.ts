// Gives green more and more of the traffic, looks after each step, and goes back when a look fails:
//   node canary.js checkout
import { connect } from 'verdigris/client'

const [service = 'checkout'] = process.argv.slice(2)
const verdigris = connect({ server: process.env.VERDIGRIS_SERVER ?? '127.0.0.1:18001', actor: 'canary' })

/** Yours: ask your metrics. */
const looksWell = async (): Promise<boolean> => true

for (const green of [500, 2_500, 10_000]) {
  // Shares are whole numbers in 1/10,000: 500 is 5 %.
  const weights = green === 10_000 ? { green } : { blue: 10_000 - green, green }
  const change = await verdigris.traffic.split({
    service,
    weights,
    options: { reason: `canary ${green / 100} %` },
  })
  await verdigris.arrived(change)
  if (!(await looksWell())) {
    await verdigris.arrived(await verdigris.traffic.rollback({ service, options: { reason: 'looks bad' } }))
    process.exitCode = 1
    break
  }
  console.log(`green has ${green / 100} %`)
}
verdigris.close()
