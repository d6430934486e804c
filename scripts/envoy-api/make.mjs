// Makes protos/envoy-api-v<version>.binpb.gz, the descriptors of Envoy's v3 API, from the Go module
// github.com/envoyproxy/go-control-plane/envoy at the version that go.mod beside this file requires.
// Needs Go; using the file does not. `node scripts/envoy-api/make.mjs` rebuilds it, `--version v1.41.0` moves to
// another Envoy minor first. See docs/decisions/envoy-api.md.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

const module = 'github.com/envoyproxy/go-control-plane/envoy'
const here = import.meta.dirname
const { values } = parseArgs({ options: { version: { type: 'string' } } })
const work = mkdtempSync(join(tmpdir(), 'verdigris-envoy-api-'))

function go(...args) {
  const run = spawnSync('go', args, { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (run.error !== undefined) throw new Error(`go could not be started: ${run.error.message}`)
  if (run.status !== 0) throw new Error(`go ${args.slice(0, 2).join(' ')} ended with ${run.status}`)
  return run.stdout.trim()
}

try {
  for (const file of ['main.go', 'go.mod', 'go.sum']) copyFileSync(join(here, file), join(work, file))
  if (values.version !== undefined) go('get', `${module}@${values.version}`)
  const version = go('list', '-m', '-f', '{{.Version}}', module)
  // From the folders, not by `go list ./...`, which wants the sums of every package beforehand.
  go('mod', 'download', module)
  const folder = go('list', '-m', '-f', '{{.Dir}}', module)
  const packages = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.pb.go'))
    .map((entry) => relative(folder, entry.parentPath))
    .filter((path) => /\/v3(alpha)?(\/|$)/.test(path))
  const folders = [...new Set(packages)].sort().map((path) => `${module}/${path}`)
  const lines = folders.map((path) => `\t_ "${path}"`)
  writeFileSync(join(work, 'imports.go'), `package main\n\nimport (\n${lines.join('\n')}\n)\n`)
  if (values.version !== undefined) {
    go('mod', 'tidy')
    for (const file of ['go.mod', 'go.sum']) copyFileSync(join(work, file), join(here, file))
  }
  const raw = join(work, 'envoy-api.binpb')
  console.log(go('run', '.', raw))
  const packed = gzipSync(readFileSync(raw), { level: 9 })
  const target = join(here, '..', '..', 'protos', `envoy-api-${version}.binpb.gz`)
  writeFileSync(target, packed)
  console.log(`${target}: ${packed.length} bytes`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
