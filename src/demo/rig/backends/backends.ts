// Starts backends in a child process, so that their event loop is not ours.
import { childScript } from '../child-script.ts'
import type { Running, Scope } from '../scope.ts'
import type { BackendInstance, FromBackends } from './config.ts'

export interface Backends {
  readonly process: Running
  /** Every instance with the port that it listens on (127.0.0.1). */
  readonly instances: readonly BackendInstance[]
}

/** Resolves when every instance listens. Rejects when one cannot. */
export async function startBackends(scope: Scope, instances: readonly BackendInstance[]): Promise<Backends> {
  const running = await scope.start(
    'backends',
    process.execPath,
    [childScript('backends/backend-child'), JSON.stringify(instances)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  const ports = await new Promise<readonly number[]>((resolve, reject) => {
    running.child.once('message', (message: FromBackends) => {
      if (message.kind === 'listening') resolve(message.ports)
      else reject(new Error(`the backends cannot listen: ${message.message}`))
    })
    void running.ended.then((end) => reject(new Error(`the backends ended with ${end.signal ?? end.code}`)))
  })
  return {
    process: running,
    instances: instances.map((instance, index) => ({ ...instance, port: ports[index] ?? 0 })),
  }
}
