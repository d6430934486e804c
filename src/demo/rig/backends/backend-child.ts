// The backends of one or more environments in a process of their own. Each answers with its name. Argument: JSON array of
// BackendInstance. Ends with its parent.
import type { AddressInfo } from 'node:net'
import type { BackendInstance, FromBackends } from './config.ts'
import { backendServer } from './server.ts'

process.on('disconnect', () => process.exit(0))

const tell = (message: FromBackends): void => {
  process.send?.(message)
}

async function main(): Promise<void> {
  const instances = JSON.parse(process.argv[2] ?? '[]') as BackendInstance[]
  const ports = await Promise.all(
    instances.map(
      (instance) =>
        new Promise<number>((resolve, reject) => {
          const server = backendServer(instance)
          server.once('error', reject)
          server.listen({ port: instance.port, host: '127.0.0.1', backlog: 4_096 }, () => {
            const { port } = server.address() as AddressInfo
            resolve(port)
          })
        }),
    ),
  )
  tell({ kind: 'listening', ports })
}

main().catch((cause: unknown) => {
  tell({ kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) })
  process.exitCode = 1
})
