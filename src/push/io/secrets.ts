// Certificates in delivery. The store holds their hashes only: bodies are made of what the files hold, at a start as at a change.
import type { Problem, Result, Violation } from '../../base/index.ts'
import { err, invalid, limits, ok } from '../../base/index.ts'
import { typeUrls } from '../../envoy-api/index.ts'
import type { GroupKey, Plan, SecretMaterial, SecretSpec } from '../../model/index.ts'
import { secretFilesKey, titleOf } from '../../model/index.ts'
import type { EncodedResource } from '../../snapshot/index.ts'
import { encodeRawSecrets, encodeSecret } from '../../snapshot/index.ts'
import type { Engine } from './engine.ts'
import { keptOf } from './engine.ts'
import { keepSecrets, secretObjects } from './keep-secrets.ts'
import { look, observe } from './observe.ts'

/** Reads the files of the Secrets that a plan puts, so that a bad one is refused before it is intent. */
export async function readPlanned(
  engine: Engine,
  plan: Plan,
): Promise<Result<ReadonlyMap<string, SecretMaterial>, Problem>> {
  const read = new Map<string, SecretMaterial>()
  const secrets = plan.puts.flatMap((object) => (object.kind === 'Secret' ? [object] : []))
  if (secrets.length === 0) return ok(read)
  if (secretObjects(engine).length + secrets.length > limits.secrets * 2) {
    const message = `more than ${limits.secrets} Secrets: take some away first`
    return err({ kind: 'limit', message, limit: 'secrets' })
  }
  const violations: Violation[] = []
  for (const secret of secrets) {
    const found = await engine.secrets.read(secret.spec)
    if (found.ok) read.set(secretFilesKey(secret.spec), found.value)
    else violations.push(...found.error.map((fault) => ({ ...fault, object: titleOf(secret) })))
  }
  return violations.length > 0 ? err(invalid(violations)) : ok(read)
}

/** What was read for a change is seen from now on. What was seen of the same files before stays: the watch brings what is newer. */
export function seePlanned(engine: Engine, read: ReadonlyMap<string, SecretMaterial>): void {
  const news = [...read].filter(([files]) => !engine.observed.secrets.has(files))
  if (news.length === 0) return
  look(engine, { ...engine.observed, secrets: new Map([...engine.observed.secrets, ...news]) })
}

/** At a start: what the files hold now. What is wrong with them is told by who looks after them. */
export async function loadSecrets(engine: Engine): Promise<void> {
  const specs = new Map<string, SecretSpec>(
    secretObjects(engine).map(({ spec }) => [secretFilesKey(spec), spec]),
  )
  if (specs.size === 0) return
  const secrets = new Map(engine.observed.secrets)
  const all = [...specs]
  for (let from = 0; from < all.length; from += limits.secretsReadAtOnce) {
    const part = all.slice(from, from + limits.secretsReadAtOnce)
    const found = await Promise.all(part.map(([, spec]) => engine.secrets.read(spec)))
    for (const [index, [files]] of part.entries()) {
      const one = found[index]
      if (one?.ok === true) secrets.set(files, one.value)
    }
  }
  look(engine, { ...engine.observed, secrets })
  keepSecrets(engine)
}

/** Every secret as it would be served now, by `<hash> <name>`. */
export function secretBodies(engine: Engine): ReadonlyMap<string, EncodedResource> {
  const bodies = new Map<string, EncodedResource>()
  for (const secret of secretObjects(engine)) {
    const material = engine.observed.secrets.get(secretFilesKey(secret.spec))
    if (material === undefined) continue
    for (const each of encodeSecret(secret, material)) bodies.set(`${each.hash} ${each.name}`, each)
  }
  const { heads, applied } = engine.store.view()
  for (const world of [heads, applied]) {
    for (const object of world.values()) {
      if (object.kind !== 'RawSnapshot') continue
      for (const each of encodeRawSecrets(object)) bodies.set(`${each.hash} ${each.name}`, each)
    }
  }
  return bodies
}

/** After a start: where files hold something else than the newest generation names, another one follows. */
export async function followFiles(engine: Engine): Promise<void> {
  const secrets = secretObjects(engine)
  if (secrets.length === 0) return
  const bodies = secretBodies(engine)
  const now = new Map([...bodies.values()].map(({ name, hash }) => [name, hash]))
  const groups = [...engine.store.view().generations.keys()]
  if (!groups.some((group) => differs(engine, group, now))) return
  const seen = new Map(
    secrets.map(({ spec }) => {
      const files = secretFilesKey(spec)
      return [files, engine.observed.secrets.get(files)] as const
    }),
  )
  const taken = await engine.serial.run(() =>
    observe(engine, { secrets: seen, cause: 'files of Secrets as they are at the start' }),
  )
  if (!taken.ok) engine.log.error({ event: 'secrets_not_taken', problem: taken.error })
}

function differs(engine: Engine, group: GroupKey, now: ReadonlyMap<string, string>): boolean {
  const served = engine.served.get(group)
  const newest = keptOf(engine, group).at(-1)?.types.get(typeUrls.sds)?.entries
  for (const typeUrl of [typeUrls.cds, typeUrls.lds]) {
    for (const { facts } of served?.get(typeUrl)?.values() ?? [])
      for (const name of facts.secrets ?? []) if (newest?.get(name) !== now.get(name)) return true
  }
  return false
}
