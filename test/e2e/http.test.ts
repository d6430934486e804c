// The API by HTTP as a pipeline uses it: the page of it followed with the real curl, and switch-and-wait on a real Envoy, where
// the exit status is all that a job looks at.
import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { followPage } from '../support/console-run.ts'
import { type Fleet, startFleet } from '../support/fleet.ts'
import { describeWithEnvoy } from '../support/with-envoy.ts'

describeWithEnvoy('docs/reference/http.md', () => {
  it('does what it says', async () => {
    await expect(
      followPage('docs/reference/http.md', { copies: ['examples/single'] }),
    ).resolves.toBeUndefined()
  })
})

const run = promisify(execFile)

interface Ended {
  readonly status: number
  readonly answer: Readonly<Record<string, unknown>>
}

describeWithEnvoy('curl --fail-with-body', () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet({ variants: ['sotw', 'delta'], serveArgs: ['--prepare-timeout', '3s'] })
    await fleet.done(fleet.apply(fleet.manifests()))
    await fleet.ready()
  })
  afterAll(() => fleet?.close())

  const curl = (path: string, body: object): Promise<Ended> =>
    new Promise((resolve, reject) => {
      const url = `http://127.0.0.1:${fleet.controlPlane.ports.http}/v1alpha1/${path}`
      const args = ['--silent', '--show-error', '--fail-with-body', '--json', JSON.stringify(body), url]
      execFile('curl', args, (error, stdout) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        if (status === 0 || status === 22) resolve({ status, answer: JSON.parse(stdout) })
        else reject(error)
      })
    })
  const switching = 'namespaces/default/services/checkout:switch?wait=30s'

  it('ends with 0 when every proxy has switched, and the proxies have', async () => {
    const { status, answer } = await curl(switching, { environment: 'green' })
    expect([status, answer.phase]).toEqual([0, 'PUSH_PHASE_DONE'])
    const push = await fleet.admin.call('Push', 'Get', { id: String(answer.push) })
    expect(push).toMatchObject({
      phase: 'PUSH_PHASE_DONE',
      groups: [{ switchedNodes: 1 }, { switchedNodes: 1 }],
    })
    for (const { port } of fleet.edges) {
      const { stdout } = await run('curl', [
        '--silent',
        '--head',
        '-H',
        'host: shop.test',
        `http://127.0.0.1:${port}/`,
      ])
      expect(stdout).toContain('x-environment: green')
    }
  })

  it('ends with 22 when a proxy refuses, with its words and the push; the fleet is where it was', async () => {
    // A port that is taken: Envoy refuses the listener.
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const text = fleet.manifests().replaceAll(`port: ${fleet.edges[0]?.port}`, `port: ${port}`)
    const { status, answer } = await curl('objects:apply?wait=30s', {
      ...{ sources: [{ name: 'fleet.yaml', text }], allowDrain: true },
    })
    taken.close()
    expect([status, answer.status, answer.code]).toEqual([22, 422, 'FAILED_PRECONDITION'])
    expect(answer.refusals).toMatchObject([
      { node: 'edge-1', detail: expect.stringMatching(/address|bind/i) },
    ])
    expect(await fleet.admin.call('Push', 'Get', { id: String(answer.push) })).toMatchObject({
      phase: 'PUSH_PHASE_REVERTED',
    })
  })

  it('ends with 22 when the time is over, and the push goes on to its end', async () => {
    const edge = fleet.edges[1]
    edge?.envoy.process.child.kill('SIGSTOP')
    const { status, answer } = await curl('namespaces/default/services/checkout:rollback?wait=300ms', {})
    edge?.envoy.process.child.kill('SIGCONT')
    expect([status, answer.status, answer.code]).toEqual([22, 504, 'DEADLINE_EXCEEDED'])
    const waited = await fleet.admin.call('Push', 'Wait', { id: String(answer.push) })
    expect(waited).toMatchObject({ outcome: 'REACHED' })
  })
})
