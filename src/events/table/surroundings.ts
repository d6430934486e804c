// Events of what is around intent and fleet: endpoints, certificates, the store, the ports, the process, webhooks.
import type { EventRow } from '../row.ts'

const actor = { kind: 'text', what: 'who' } as const
const service = { kind: 'service', what: 'the service' } as const
const lapse = {
  service,
  place: { kind: 'text', what: 'the environment and incarnation: `shop/checkout/green.2`' },
  count: { kind: 'number', what: 'how many endpoints' },
  owners: { kind: 'texts', what: 'who had registered them' },
} as const
const secrets = { kind: 'objects', what: 'the Secrets whose files these are' } as const
const target = { kind: 'text', what: 'name of the webhook' } as const

export const endpointEvents = {
  endpoints: {
    severity: 'Normal',
    reason: 'EndpointsChanged',
    what: 'somebody changed what is registered',
    message: '{verb} endpoints of {service} {environment}[, owner {owner}], by {actor}',
    attributes: {
      service,
      verb: { kind: 'text', what: '`set`, `patch` or `drain`' },
      environment: { kind: 'text', what: 'where' },
      owner: { kind: 'text', what: 'whose endpoints', optional: true },
      actor,
    },
    fold: { same: ['service', 'verb', 'environment', 'owner', 'actor'], crowd: ['service'] },
  },
  endpoints_lapsed: {
    severity: 'Warning',
    reason: 'EndpointsLapsed',
    what: 'leases ran out: the endpoints are gone',
    message: '{count} endpoints of {place} are gone: their leases ran out (owners {owners})',
    attributes: lapse,
    fold: { same: ['place'], crowd: [] },
  },
  endpoints_kept: {
    severity: 'Warning',
    reason: 'EndpointsKept',
    what: 'leases ran out and the endpoints stay: the last of an environment, or too many at once',
    message: '{count} endpoints of {place} stay although their leases ran out (owners {owners})',
    attributes: lapse,
    fold: { same: ['place'], crowd: [] },
  },
  endpoints_forgotten: {
    severity: 'Normal',
    reason: 'EndpointsForgotten',
    what: 'endpoints of an incarnation that is gone were forgotten',
    message: '{count} endpoints of {place} are forgotten: it is gone (owners {owners})',
    attributes: lapse,
    fold: { same: ['place'], crowd: [] },
  },
} as const satisfies Readonly<Record<string, EventRow>>

export const secretEvents = {
  secret_changed: {
    severity: 'Normal',
    reason: 'SecretChanged',
    what: 'certificate files have new content, and it is served',
    message: 'new content of {secrets}',
    attributes: { secrets },
    fold: { same: ['secrets'], crowd: [] },
  },
  secret_refused: {
    severity: 'Warning',
    reason: 'SecretRefused',
    what: 'certificate files are bad: what was good last goes on',
    message: 'files of {secrets} are bad, what was good last goes on: {faults}',
    attributes: { secrets, faults: { kind: 'texts', what: 'field, file and what is wrong' } },
    fold: { same: ['secrets'], crowd: [] },
  },
  secret_mended: {
    severity: 'Normal',
    reason: 'SecretMended',
    what: 'certificate files are good again, as they were',
    message: 'files of {secrets} are good again',
    attributes: { secrets },
    fold: { same: ['secrets'], crowd: [] },
  },
  secret_not_taken: {
    severity: 'Warning',
    reason: 'SecretNotTaken',
    what: 'new content of certificate files could not be written down; it is tried again',
    message: 'new content of {secrets} is not taken: {fault}',
    attributes: { secrets, fault: { kind: 'text', what: 'why' } },
    fold: { same: ['secrets'], crowd: [] },
  },
  certificate_expiring: {
    severity: 'Warning',
    reason: 'CertificateExpiring',
    what: 'a certificate ends within 30, 14, 7, 3 days or one; said once for each',
    message: 'the certificate of {holder} ends at {notAfter}: within {days} days',
    attributes: {
      holder: { kind: 'text', what: '`this server`, or the Secret' },
      secrets: { ...secrets, optional: true },
      notAfter: { kind: 'text', what: 'when it ends' },
      days: { kind: 'number', what: 'days that are left, rounded up' },
    },
  },
  certificate_expired: {
    severity: 'Warning',
    reason: 'CertificateExpired',
    what: 'a certificate that is served has ended',
    message: 'the certificate of {holder} ended at {notAfter}',
    attributes: {
      holder: { kind: 'text', what: '`this server`, or the Secret' },
      secrets: { ...secrets, optional: true },
      notAfter: { kind: 'text', what: 'when it ended' },
    },
  },
} as const satisfies Readonly<Record<string, EventRow>>

export const processEvents = {
  server_started: {
    severity: 'Normal',
    reason: 'ServerStarted',
    what: 'the control plane serves: the first event of an epoch, as a rule',
    message: 'Verdigris {version} serves revision {atRevision}[; pushes {resumed} go on]',
    attributes: {
      version: { kind: 'text', what: 'of Verdigris' },
      atRevision: { kind: 'number', what: 'the newest revision' },
      resumed: { kind: 'pushes', what: 'pushes that were under way', optional: true },
    },
  },
  server_stopping: {
    severity: 'Normal',
    reason: 'ServerStopping',
    what: 'the control plane was asked to stop',
    message: 'the server stops',
    attributes: {},
  },
  store_read_only: {
    severity: 'Warning',
    reason: 'StoreReadOnly',
    what: 'the disk failed or is full: changes are refused, proxies are served',
    message: 'the store takes no changes any more: {cause}',
    attributes: { cause: { kind: 'text', what: 'why' } },
  },
  store_damaged: {
    severity: 'Warning',
    reason: 'StoreDamaged',
    what: 'the start found a damaged store: what is proven of it is served, read-only',
    message: 'the store is damaged: {cause}',
    attributes: { cause: { kind: 'text', what: 'why' } },
  },
  gate_refused: {
    severity: 'Warning',
    reason: 'GateRefused',
    what: 'a call was refused at the gate: no usable identity, or not allowed',
    message: '{port} {method} from {peer} refused: {cause}',
    attributes: {
      port: { kind: 'text', what: '`xds`, `admin` or `http`' },
      method: { kind: 'text', what: 'what was called' },
      peer: { kind: 'text', what: 'from where' },
      cause: { kind: 'text', what: 'why' },
    },
    fold: { same: ['port', 'method'], crowd: ['port'] },
  },
  webhook_failing: {
    severity: 'Warning',
    reason: 'WebhookFailing',
    what: 'a webhook did not take an event; it is tried again',
    message: 'webhook {target} fails: {cause}',
    attributes: { target, cause: { kind: 'text', what: 'what it answered' } },
    fold: { same: ['target'], crowd: [] },
  },
  webhook_recovered: {
    severity: 'Normal',
    reason: 'WebhookRecovered',
    what: 'a webhook that failed takes events again',
    message: 'webhook {target} takes events again',
    attributes: { target },
    fold: { same: ['target'], crowd: [] },
  },
  webhook_dropped: {
    severity: 'Warning',
    reason: 'WebhookDropped',
    what: 'events did not reach a webhook and will not: refused, given up, or too many waited',
    message: 'webhook {target} misses {dropped} events: {cause}',
    attributes: {
      target,
      dropped: { kind: 'number', what: 'how many' },
      cause: { kind: 'text', what: 'why' },
    },
    fold: { same: ['target', 'cause'], crowd: ['target'] },
  },
} as const satisfies Readonly<Record<string, EventRow>>
