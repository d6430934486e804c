// Every service of the API with the handlers that serve it: a new one is a line here, and is reachable by gRPC and HTTP.
import type { AdminServices } from '../../api/index.ts'
import { configHandlers } from './config.ts'
import type { AdminRooms, Handlers } from './context.ts'
import { endpointsHandlers } from './endpoints.ts'
import { eventsHandlers } from './events.ts'
import { nodesHandlers } from './nodes.ts'
import { pushHandlers } from './push.ts'
import { storeHandlers } from './store.ts'
import { trafficHandlers } from './traffic.ts'

/** The handlers of every service, by its name. */
export type AllHandlers = { readonly [Name in keyof AdminServices]: Handlers<Name> }

export const allHandlers = (rooms: AdminRooms): AllHandlers => ({
  Config: configHandlers(rooms),
  Traffic: trafficHandlers(rooms),
  Push: pushHandlers(rooms),
  Nodes: nodesHandlers(rooms),
  Events: eventsHandlers(rooms),
  Store: storeHandlers(rooms),
  Endpoints: endpointsHandlers(rooms),
})
