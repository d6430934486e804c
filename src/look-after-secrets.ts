// Certificate files on their way to the proxies: what the watch tells becomes an observation, a line in the log and an event.
// Part of the composition root, beside main.ts.
import { assertNever, limits } from './base/index.ts'
import type { EventInput } from './events/index.ts'
import {
  keyOf,
  type ObjectKey,
  type SecretMaterial,
  type StoredObject,
  secretFilesKey,
  titleOf,
} from './model/index.ts'
import type { Logger } from './ops/index.ts'
import type { Delivery } from './push/index.ts'
import { type SecretFiles, type SecretNews, watchSecretFiles } from './secrets/index.ts'
import type { Store } from './store/index.ts'

export interface SecretsOptions {
  readonly dir: string
  readonly store: Store
  /** Made after this, from what this gives. */
  readonly delivery: () => Pick<Delivery, 'observe'>
  readonly onEvent: (event: EventInput) => void
  readonly log: Logger
}

/** Watches the folder. What could not be written yet (a full disk, a start) is tried again until it is. */
export function lookAfterSecrets(options: SecretsOptions): SecretFiles {
  const { store, log, onEvent } = options
  let waiting = new Map<string, SecretMaterial>()
  let passing = false
  let again: NodeJS.Timeout | undefined

  /** The Secrets whose files these are. */
  const whose = (...files: readonly string[]): readonly StoredObject[] =>
    [...store.view().heads.values()].filter(
      (object) => object.kind === 'Secret' && files.includes(secretFilesKey(object.spec)),
    )
  /** `Secret default/shop`, or several of them. */
  const who = (files: string): string => whose(files).map(titleOf).join(', ') || 'a Secret that is gone'
  const about = (...files: readonly string[]): { readonly secrets: readonly ObjectKey[] } => ({
    secrets: whose(...files)
      .map(keyOf)
      .slice(0, limits.eventObjects),
  })
  const passOn = async (): Promise<void> => {
    if (passing || waiting.size === 0) return
    passing = true
    const secrets = waiting
    waiting = new Map()
    const names = [...secrets.keys()].map(who).slice(0, limits.nodesNamed).join(', ')
    const taken = await options.delivery().observe({ secrets, cause: `files of ${names}` })
    passing = false
    if (taken.ok) {
      log.info({ event: 'secret_changed', of: names })
      onEvent({ name: 'secret_changed', attributes: about(...secrets.keys()) })
    } else {
      log.warn({ event: 'secret_not_taken', of: names, problem: taken.error })
      const fault = taken.error.message
      onEvent({ name: 'secret_not_taken', attributes: { ...about(...secrets.keys()), fault } })
      waiting = new Map([...secrets, ...waiting])
      again = setTimeout(() => void passOn(), limits.secretLookMs)
      again.unref()
    }
    if (taken.ok) await passOn()
  }
  const tell = (news: SecretNews): void => {
    switch (news.kind) {
      case 'changed':
        waiting.set(news.files, news.material)
        void passOn()
        return
      case 'refused': {
        const faults = news.faults.map(({ path, message }) => `${path}: ${message}`)
        log.error({ event: 'secret_refused', of: who(news.files), faults, kept: 'what was good last' })
        onEvent({ name: 'secret_refused', attributes: { ...about(news.files), faults } })
        return
      }
      case 'mended':
        log.info({ event: 'secret_mended', of: who(news.files) })
        onEvent({ name: 'secret_mended', attributes: about(news.files) })
        return
      default:
        assertNever(news)
    }
  }
  const files = watchSecretFiles({ dir: options.dir, tell })
  return {
    ...files,
    stop: () => {
      clearTimeout(again)
      files.stop()
    },
  }
}
