// The gate itself: in front of every gRPC method by a server interceptor, in front of every HTTP path by a
// middleware. With --client-ca the TLS handshake already refuses who has no certificate of that CA, unknown paths
// included; the gate then names the caller, asks the roles, and hands the identity on.
import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import {
  type Metadata,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js'
import { actorHeader } from '../../api/index.ts'
import { ok, type Problem, type Result } from '../../base/index.ts'
import { actorOf, type Identity, identify, type PeerFacts } from '../identity.ts'
import { isLoopback, type ListenAddress } from '../listen-rule.ts'
import { authorize, type Port } from '../roles.ts'
import { checkWeb } from '../web-rule.ts'
import type { TlsMaterial } from './tls.ts'

/** One HTTP request at the gate. */
export interface HttpCall {
  /** `GET /metrics`; of the API the path of the gRPC method, so that roles say the same for both. */
  readonly method: string
  /** Whether anything is different after it. */
  readonly changes: boolean
  /** Where the port listens. */
  readonly listen: ListenAddress
}

/** One gate for all ports of a process. */
export interface Gate {
  /** For `Server.bindAsync`: TLS, with client certificates required where a client CA is set; or plaintext. */
  credentials(): ServerCredentials
  /** For the `interceptors` option of a grpc-js Server. */
  interceptor(port: Port): ServerInterceptor
  /** The identity that the interceptor found; pass the metadata of the call that the handler got. */
  identityOf(metadata: Metadata): Identity
  /** The actor to record for a call. */
  actorOf(metadata: Metadata): string
  /** The same for one HTTP request, and what a browser may not send (web-rule.ts). */
  admitHttp(request: IncomingMessage, call: HttpCall): Result<Identity, Problem>
  readonly tls: TlsMaterial | undefined
}

/** Makes the gate. Without TLS material everything is plaintext and every actor unverified. */
export function createGate(options: {
  readonly tls?: TlsMaterial
  /** Told of every refusal at the gate. */
  readonly refused?: (
    call: { readonly port: Port; readonly method: string; readonly peer: string },
    problem: Problem,
  ) => void
}): Gate {
  const { tls } = options
  const wantsCertificate = tls?.clientCa !== undefined
  // By the object, not by a header: nothing that a caller sends can pass for it.
  const identities = new WeakMap<Metadata, Identity>()

  const admit = (
    peer: PeerFacts | undefined,
    claimed: string | undefined,
    call: { readonly port: Port; readonly method: string; readonly peer: string },
  ): Result<Identity, Problem> => {
    const identity: Result<Identity, Problem> =
      wantsCertificate && peer === undefined
        ? {
            ok: false,
            error: { kind: 'denied', authenticated: false, message: 'a client certificate is required' },
          }
        : identify(wantsCertificate ? peer : undefined, claimed)
    const allowed = identity.ok ? authorize(identity.value, call) : identity
    if (allowed.ok && identity.ok) return ok(identity.value)
    const problem = allowed.ok ? undefined : allowed.error
    if (problem !== undefined) {
      options.refused?.(call, problem)
      return { ok: false, error: problem }
    }
    return identity
  }

  const identityOf = (metadata: Metadata): Identity => {
    const identity = identities.get(metadata)
    if (identity === undefined) throw new Error('a call reached its handler around the gate')
    return identity
  }

  return {
    tls,
    credentials: () =>
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(
            tls.clientCa ?? null,
            [{ cert_chain: tls.cert, private_key: tls.key }],
            wantsCertificate,
          ),
    interceptor: (port) => (method, call) =>
      new ServerInterceptingCall(call, {
        start: (next) =>
          next(
            new ServerListenerBuilder()
              .withOnReceiveMetadata((metadata, forward) => {
                const claimed = metadata.get(actorHeader)[0]
                const admitted = admit(
                  peerFacts(call.getAuthContext().sslPeerCertificate?.raw),
                  typeof claimed === 'string' ? claimed : undefined,
                  { port, method: method.path, peer: call.getPeer() },
                )
                if (!admitted.ok) {
                  call.sendStatus({ code: grpcCode(admitted.error), details: admitted.error.message })
                  return
                }
                identities.set(metadata, admitted.value)
                forward(metadata)
              })
              .build(),
          ),
      }),
    identityOf,
    actorOf: (metadata) => actorOf(identityOf(metadata)),
    admitHttp: (request, { method, changes, listen }) => {
      const { socket, headers } = request
      const call = { port: 'http', method, peer: `${socket.remoteAddress}:${socket.remotePort}` } as const
      const site = headers['sec-fetch-site']
      const web = checkWeb(
        {
          host: headers.host,
          origin: headers.origin,
          site: typeof site === 'string' ? site : undefined,
        },
        { onLoopback: isLoopback(listen.address), changes },
      )
      if (!web.ok) {
        options.refused?.(call, web.error)
        return web
      }
      const raw =
        socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate()?.raw : undefined
      const claimed = headers[actorHeader]
      return admit(peerFacts(raw), typeof claimed === 'string' ? claimed : undefined, call)
    },
  }
}

function peerFacts(der: Uint8Array | undefined): PeerFacts | undefined {
  if (der === undefined) return undefined
  const certificate = new X509Certificate(der)
  const commonName = /(?:^|\n)CN=([^\n]*)/.exec(certificate.subject ?? '')?.[1]
  return { subjectAltName: certificate.subjectAltName, commonName }
}

/** Only what the gate itself can answer; every other Problem is mapped in the admin room. */
const grpcCode = (problem: Problem): status =>
  problem.kind === 'invalid'
    ? status.INVALID_ARGUMENT
    : problem.kind === 'denied' && problem.authenticated
      ? status.PERMISSION_DENIED
      : status.UNAUTHENTICATED
