// Certificates made on the spot by openssl: a CA of ours, another CA, and what they sign.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const opensslMissing: string | undefined =
  spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not on PATH'

export interface Pair {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: Buffer
  readonly key: Buffer
}
export interface Certificates {
  readonly folder: string
  readonly ca: Pair
  readonly otherCa: Pair
  readonly server: Pair
  /** By what names it: SPIFFE URI and DNS, DNS only, subject only. */
  readonly bySpiffe: Pair
  readonly byDns: Pair
  readonly bySubject: Pair
  /** Two SPIFFE ids in one certificate: not allowed. */
  readonly twoSpiffe: Pair
  /** A DNS entry that pretends to hold a second one. */
  readonly smuggler: Pair
  /** Signed by the other CA. */
  readonly wrong: Pair
  remove(): void
}

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'verdigris-tls-'))
  const run = (...args: string[]): void => {
    const done = spawnSync('openssl', args, { encoding: 'utf8' })
    if (done.status !== 0) throw new Error(`openssl ${args.join(' ')}: ${done.stderr}`)
  }
  const pair = (name: string): Pair => {
    const certFile = join(folder, `${name}.pem`)
    const keyFile = join(folder, `${name}.key`)
    return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) }
  }
  const key = (name: string): string => {
    const file = join(folder, `${name}.key`)
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file)
    return file
  }
  const authority = (name: string): Pair => {
    const keyFile = key(name)
    run(
      'req',
      '-x509',
      '-new',
      '-key',
      keyFile,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
      '-out',
      join(folder, `${name}.pem`),
    )
    return pair(name)
  }
  const signed = (name: string, by: Pair, subject: string, altNames: readonly string[] | undefined): Pair => {
    const keyFile = key(name)
    const request = join(folder, `${name}.csr`)
    run('req', '-new', '-key', keyFile, '-subj', subject, '-out', request)
    const extensions = join(folder, `${name}.ext`)
    // Entries that hold a comma need the form with a section.
    const numbered = (altNames ?? []).map((entry, index) => entry.replace(':', `.${index + 1}=`)).join('\n')
    writeFileSync(
      extensions,
      altNames === undefined
        ? 'basicConstraints=CA:FALSE\n'
        : `subjectAltName=@names\n[names]\n${numbered}\n`,
    )
    run(
      ...['x509', '-req', '-in', request, '-CA', by.certFile, '-CAkey', by.keyFile, '-CAcreateserial'],
      ...['-days', '2', '-extfile', extensions, '-out', join(folder, `${name}.pem`)],
    )
    return pair(name)
  }
  const ca = authority('ca')
  const otherCa = authority('other-ca')
  return {
    folder,
    ca,
    otherCa,
    server: signed('server', ca, '/CN=verdigris', ['DNS:localhost', 'IP:127.0.0.1']),
    bySpiffe: signed('spiffe', ca, '/CN=ignored', [
      'URI:spiffe://example.test/deploy-bot',
      'DNS:ignored.test',
    ]),
    byDns: signed('dns', ca, '/CN=ignored', ['DNS:deploy-bot.example.test']),
    bySubject: signed('subject', ca, '/CN=deploy-bot', undefined),
    twoSpiffe: signed('two', ca, '/CN=x', ['URI:spiffe://example.test/a', 'URI:spiffe://example.test/b']),
    smuggler: signed('smuggler', ca, '/CN=x', ['DNS:a.test, URI:spiffe://example.test/admin']),
    wrong: signed('wrong', otherCa, '/CN=deploy-bot', ['DNS:deploy-bot.example.test']),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
