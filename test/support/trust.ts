// Certificates for tests, made on the spot by openssl: an authority that issues as many as are wanted, also ones that have
// expired or are not valid yet.
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Pair {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

export interface IssueOptions {
  /** First to last second of its validity, from now. Default: an hour back to two days ahead. */
  readonly fromS?: number
  readonly toS?: number
  readonly rsaBits?: number
}

export interface Trust {
  /** Certificate of the authority, PEM. */
  readonly ca: string
  /** A certificate for these DNS names with a key of its own. */
  issue(names: readonly string[], options?: IssueOptions): Pair
  remove(): void
}

export const opensslMissing: string | undefined =
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not on PATH'

const hourS = 3_600

/** A new authority. */
export function createTrust(name = 'test authority'): Trust {
  const folder = mkdtempSync(join(tmpdir(), 'verdigris-trust-'))
  const run = (...args: string[]): void => {
    const done = spawnSync('openssl', args, { encoding: 'utf8', cwd: folder })
    if (done.status !== 0) throw new Error(`openssl ${args.join(' ')}: ${done.stderr}`)
  }
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
  const write = (file: string, text: string): void => writeFileSync(join(folder, file), text)
  let issued = 0
  mkdirSync(join(folder, 'new'))
  write('index.txt', '')
  write('serial', '1000')
  write(
    'ca.cnf',
    `[ca]
default_ca = mine
[mine]
database = index.txt
serial = serial
new_certs_dir = new
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = optional
`,
  )
  write('ca.key', newKey())
  run('req', '-x509', '-new', '-key', 'ca.key', '-subj', `/CN=${name}`, '-days', '3', '-out', 'ca.pem')
  return {
    ca: read('ca.pem'),
    issue(names, { fromS = -hourS, toS = 48 * hourS, rsaBits } = {}) {
      issued += 1
      const base = `leaf-${issued}`
      write(`${base}.key`, newKey(rsaBits))
      const subject = `/CN=${names[0]}`
      const altNames = `subjectAltName=${names.map((each) => `DNS:${each}`).join(',')}`
      run('req', '-new', '-key', `${base}.key`, '-subj', subject, '-addext', altNames, '-out', `${base}.csr`)
      run(
        ...['ca', '-batch', '-notext', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key'],
        ...['-startdate', stamp(fromS), '-enddate', stamp(toS), '-in', `${base}.csr`, '-out', `${base}.pem`],
      )
      return { cert: read(`${base}.pem`), key: read(`${base}.key`) }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function newKey(rsaBits?: number): string {
  const options = { type: 'pkcs8', format: 'pem' } as const
  const pair =
    rsaBits === undefined
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : generateKeyPairSync('rsa', { modulusLength: rsaBits })
  return pair.privateKey.export(options).toString()
}

/** `20261123201500Z`, so many seconds from now. */
const stamp = (seconds: number): string =>
  `${new Date(Date.now() + seconds * 1_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
