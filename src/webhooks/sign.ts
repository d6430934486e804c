// The signature of a delivery: HMAC-SHA256 over `<timestamp>.<body>`, so that a receiver knows who sent it, that it is whole, and
// that nobody sends it again later.
import { createHmac } from 'node:crypto'

/** `t=<seconds>,v1=<hex>`; one `v1` for each secret, so that a secret can be changed while both are known. */
export function signatureOf(secrets: readonly string[], seconds: number, body: string): string {
  const signed = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`,
  )
  return [`t=${seconds}`, ...signed].join(',')
}

/** The secrets of a file: one a line, two while it is changed; undefined where they are too short to be any. */
export function secretsIn(text: string): readonly string[] | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const isFine =
    lines.length > 0 && lines.length <= mostSecrets && lines.every(({ length }) => length >= shortest)
  return isFine ? lines : undefined
}
/** Letters of a secret; secrets of a file. */
const shortest = 16
const mostSecrets = 2
