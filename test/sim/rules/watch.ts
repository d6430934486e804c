// Who looks on while a run goes: every rule hears what happens, and says what must not be.
import type { FromStreams, ToStreams } from '../../../src/channel/index.ts'
import type { PushRecord } from '../../../src/push/index.ts'
import type { Store } from '../../../src/store/index.ts'
import type { Request } from '../../../src/xds/machine.ts'
import type { Plane } from '../control-plane.ts'
import type { Host } from '../host.ts'
import type { Link } from '../network.ts'
import type { Response } from '../proxy/response.ts'
import type { Ledger } from './ledger.ts'

/** What a rule may look at. */
export interface Scene {
  readonly ledger: Ledger
  readonly hosts: readonly Host[]
  /** Streams by their name at the living control plane. */
  readonly links: ReadonlyMap<string, Link<Host>>
  readonly plane: () => Plane | undefined
  readonly now: () => number
  /** Something that must not be. The first of them ends the run. */
  readonly fault: (rule: string, text: string) => void
}

/** What a rule hears; each is told after it happened, before anything else does. */
export interface Rule {
  /** A control plane's store is open, and nothing was said yet. */
  readonly opened?: (store: Store) => void
  readonly died?: () => void
  readonly published?: (message: Extract<ToStreams, { kind: 'publish' }>, plane: Plane) => void
  readonly toldStreams?: (message: ToStreams) => void
  readonly heard?: (message: FromStreams) => void
  /** A response is handed to the socket. */
  readonly written?: (link: Link<Host>, response: Response) => void
  /** The socket took it. */
  readonly taken?: (link: Link<Host>, nonce: string) => void
  /** A request is about to be handed to the control plane. */
  readonly requested?: (link: Link<Host>, request: Request) => void
  /** A response has come to a proxy, and it has taken it in. */
  readonly delivered?: (host: Host, response: Response) => void
  readonly linked?: (link: Link<Host>) => void
  readonly restarted?: (host: Host) => void
  readonly pushEnded?: (record: PushRecord, plane: Plane) => void
  /** A cluster was taken away although proxies hold it back: its deadline was over. */
  readonly overdue?: (cluster: string) => void
  readonly answered?: (revision: number | undefined, push: string | undefined) => void
  /** Now and then. */
  readonly looked?: (plane: Plane) => void
}
