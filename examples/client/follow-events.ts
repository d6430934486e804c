// Prints what happens until Ctrl-C. A restart of the control plane or a broken connection does not end it: it goes on after the
// last event that it has seen, and says where events are missing.
import { connect } from 'verdigris/client'

const verdigris = connect({ server: process.env.VERDIGRIS_SERVER ?? '127.0.0.1:18001' })
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

const events = verdigris.events.watch(
  { fromId: 0 },
  { resume: true, signal: stop.signal, onInterrupted: (error) => console.error(error.message) },
)
for await (const { event, gap } of events) {
  if (gap !== undefined) console.log(`events before ${gap.next} are missing: ${gap.reason}`)
  if (event !== undefined) console.log(event.at?.toISOString(), event.name, JSON.stringify(event.attributes))
}
verdigris.close()
