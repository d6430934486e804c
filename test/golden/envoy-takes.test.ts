// The golden resources, put before a real Envoy: it takes all of them, and refuses them once something is broken.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createCompiler } from '../../src/snapshot/index.ts'
import { describeWithEnvoy, envoyBinary } from '../support/with-envoy.ts'
import { staticBootstrap } from './static-bootstrap.ts'
import { groupsOf, worldOf } from './world.ts'

const folder = join(import.meta.dirname, 'cases')
const cases = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.expected.yaml'))

describeWithEnvoy('envoy --mode validate', () => {
  for (const name of cases) {
    it(`takes ${name}`, () => {
      for (const bootstrap of bootstrapsOf(name)) expect(validate(bootstrap)).toEqual({ status: 0, said: '' })
    })
  }

  it('refuses the same with a route to a cluster that is not there, so the check means something', () => {
    const [bootstrap = ''] = bootstrapsOf('gateway.yaml')
    const broken = bootstrap.replace('"name":"default/checkout/blue.1","weight"', '"name":"nowhere","weight"')
    const { status, said } = validate(broken)
    expect(status).not.toBe(0)
    expect(said).toContain("unknown weighted cluster 'nowhere'")
  })
})

function bootstrapsOf(name: string): readonly string[] {
  const world = worldOf(readFileSync(join(folder, name), 'utf8'))
  const compiler = createCompiler()
  return groupsOf(world).map((group) => {
    const compiled = compiler.compile(world, group)
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
    return JSON.stringify(staticBootstrap(compiled.value))
  })
}

/** Exit status of Envoy and its complaints; warnings about what it would rather not see count too. */
function validate(bootstrap: string): { readonly status: number | null; readonly said: string } {
  const work = mkdtempSync(join(tmpdir(), 'verdigris-validate-'))
  try {
    const file = join(work, 'bootstrap.json')
    writeFileSync(file, bootstrap)
    const args = ['--mode', 'validate', '-c', file, '--log-level', 'warning', '--log-format', '%v']
    const run = spawnSync(envoyBinary(), args, { encoding: 'utf8' })
    return { status: run.status, said: run.stderr }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
