// The systemd unit: what systemd says of it where it is installed, and what it names is there.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseDuration } from '../../../src/base/index.ts'
import { settings } from '../../../src/settings.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const unit = readFileSync(join(root, 'deploy', 'systemd', 'verdigris.service'), 'utf8')
const lines = unit.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
const value = (name: string): string[] =>
  lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1))
const folder = mkdtempSync(join(tmpdir(), 'verdigris-systemd-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' })
const hasSystemd = analyze('--version').status === 0
if (!hasSystemd) console.log('skipped: systemd-analyze is not on PATH')

describe('the systemd unit', () => {
  it('has sections and settings, each line one of them', () => {
    expect(lines.filter((line) => line.startsWith('['))).toEqual(['[Unit]', '[Service]', '[Install]'])
    expect(lines.filter((line) => !/^(\[\w+\]|[A-Z]\w+=.*)$/.test(line))).toEqual([])
  })

  it('starts the server with flags that there are, in the one folder that it may write', () => {
    const [start = ''] = value('ExecStart')
    expect(start).toMatch(/^\/usr\/bin\/env verdigris serve /)
    const flags = [...start.matchAll(/--([\w-]+)/g)].map(([, flag = '']) => flag)
    expect(flags.filter((flag) => !Object.hasOwn(settings, flag))).toEqual([])
    expect(start).toContain('--data-dir ${' + 'STATE_DIRECTORY}')
    expect(value('StateDirectory')).toEqual(['verdigris'])
    expect(value('ProtectSystem')).toEqual(['strict'])
    expect(value('ReadWritePaths')).toEqual([])
    expect(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).bin).toHaveProperty('verdigris')
  })

  it('waits longer for the stop than the stop takes at most', () => {
    const grace = parseDuration(settings['stop-grace'].fallback) ?? Number.POSITIVE_INFINITY
    expect(parseDuration(value('TimeoutStopSec')[0] ?? '')).toBeGreaterThan(grace + 5_000)
  })

  it.skipIf(!hasSystemd)('is what systemd takes without a word', () => {
    // A root of its own, in which the program is where the unit looks for it.
    mkdirSync(join(folder, 'etc', 'systemd', 'system'), { recursive: true })
    mkdirSync(join(folder, 'usr', 'bin'), { recursive: true })
    writeFileSync(join(folder, 'usr', 'bin', 'env'), '#!/bin/sh\n', { mode: 0o755 })
    const file = join(folder, 'etc', 'systemd', 'system', 'verdigris.service')
    writeFileSync(file, unit)
    const said = analyze('verify', '--man=no', file)
    expect(said.stdout + said.stderr).toBe('')
    expect(said.status).toBe(0)
    writeFileSync(file, unit.replace('ProtectSystem=strict', 'ProtectSystem=strikt'))
    expect(analyze('verify', '--man=no', file).stderr).toContain('strikt')
  })

  it.skipIf(!hasSystemd)('is hardened so far that systemd calls it OK', () => {
    const file = join(folder, 'verdigris.service')
    writeFileSync(file, unit)
    const said = analyze('security', '--offline=true', '--no-pager', file).stdout
    const exposure = Number(/exposure level for verdigris\.service: ([\d.]+)/.exec(said)?.[1])
    expect(exposure, said).toBeLessThanOrEqual(1.4)
  })
})
