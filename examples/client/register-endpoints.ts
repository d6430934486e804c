// Registers an endpoint and keeps it registered: what is not renewed within its TTL goes away. The environment has to take what is
// registered (`endpoints: { registered: true }` in the Service, as in examples/endpoints).
import { connect } from 'verdigris/client'

const verdigris = connect({ server: process.env.VERDIGRIS_SERVER ?? '127.0.0.1:18001', actor: 'deploy-bot' })
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

const target = { service: 'checkout', environment: 'blue' }
const endpoints = [{ address: '127.0.0.1', port: 9103 }]
while (!stop.signal.aborted) {
  // Set says all that this owner has there, so doing it twice is the same as once: it may be tried again.
  const answer = await verdigris.endpoints.set(
    { target, owner: 'vm-7', ttl: '30s', endpoints },
    { idempotent: true },
  )
  console.log(`${answer.endpoints} endpoints, ${answer.renewed} renewed`)
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 10_000)
    stop.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
await verdigris.endpoints.set({ target, owner: 'vm-7', endpoints: [] }, { idempotent: true })
verdigris.close()
