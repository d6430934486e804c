// What is wrong with a command whatever is registered.
import { limits, printDuration, type Violation } from '../base/index.ts'
import type { EndpointsCommand } from './types.ts'

const ownerForm = /^[A-Za-z0-9][A-Za-z0-9._@/:+-]*$/

/** Every fault with its field. */
export function checkCommand(command: EndpointsCommand): readonly Violation[] {
  const faults: Violation[] = []
  if (command.verb === 'drain') {
    if (command.endpoints.length === 0)
      faults.push({ path: 'endpoints', message: 'wanted at least one endpoint' })
    return faults
  }
  const { owner, ttlMs } = command
  if (owner.length > limits.actorLength || !ownerForm.test(owner)) {
    const message = `wanted who registers: letters, digits and "._@/:+-", at most ${limits.actorLength} characters`
    faults.push({ path: 'owner', message })
  }
  if (ttlMs !== undefined && !(ttlMs >= limits.leaseLeastMs && ttlMs <= limits.leaseMostMs)) {
    const message = `wanted ${printDuration(limits.leaseLeastMs)} to ${printDuration(limits.leaseMostMs)}, found ${found(ttlMs)}; leave it out for endpoints that stay until they are removed`
    faults.push({ path: 'ttl', message })
  }
  if (command.verb === 'patch' && command.put.length === 0 && command.remove.length === 0)
    faults.push({ path: 'put', message: 'wanted endpoints to put or to remove' })
  return faults
}

const found = (ms: number): string => (Number.isSafeInteger(ms) && ms >= 0 ? printDuration(ms) : `${ms} ms`)
