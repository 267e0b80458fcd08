import type { Codec } from '#publib/datasource'

/** The lines `row 0` to `row 39`, 20,000 of them in all, as the tools of each format pack them: base64. */
export const packedByTools: readonly (readonly [tool: string, codec: Codec, base64: string])[] = [
  [
    'zstd -19',
    'zstd',
    'KLUv/QRo3AIAsgUODtDnZSWgi4iIkMxdHjgKO7Zt23bbtm17TCFDuAEc1mmGdVphnUZYpw3WaYJ1mlmnlXVaYJ0GWKcfqBD4wv6/AdBLoTEQEl////+/A+/+EUyewC0iaHPZKU0AAAABAFVP/Pc1EGBxY+U=',
  ],
  [
    'zstd, no checksum',
    'zstd',
    'KLUv/QBYxAMABANyb3cgMApyb3cgMTIzNDU2Nzg5MTExMTExMTExMjIyMjIyMjIyMjMzMzMzMzMzMzMpIHCTksfl/hEZYBhnMEPGGWzIcYMdMu5gQ44b7JBxBxtyXIMlDEEYdzSY0ZDCcYSDDQ4RHBc4ApDXWJG7jYm8a2yKyKW9RQAACAoBAFT3gRA=',
  ],
  [
    'zstd, small blocks',
    'zstd',
    'KLUv/QRYxAMABANyb3cgMApyb3cgMTIzNDU2Nzg5MTExMTExMTExMjIyMjIyMjIyMjMzMzMzMzMzMzMpIHCTksfl/hEZYBhnMEPGGWzIcYMdMu5gQ44b7JBxBxtyXIMlDEEYdzSY0ZDCcYSDDQ4RHBc4ApDXWJG7jYm8a2yKyKW9RQAACAoBAFT3gRBgcWPl',
  ],
  [
    'lz4',
    'lz4',
    'BCJNGGRQCLoCAABgcm93IDAKBgARMQYAETIGABEzBgARNAYAETUGABE2BgARNwYAETgGABI5NgADPQACPgASMT8AEjFAABIxQQASMUIAEjFDABIxRAASMUUAEjFGABIyRgATMoQAAkYAEjJGABIyRgASMkYAEjJGABIyRgASMkYAEjJGABIzRgASM0YAEzPLAAJGABIzRgASM0YAEjNGABIzRgASM0YAPzM5Cg4B////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////QlB3IDM5CgAAAACqmkWh',
  ],
  [
    'lz4, linked blocks',
    'lz4',
    'BCJNGERAXssBAABgcm93IDAKBgARMQYAETIGABEzBgARNAYAETUGABE2BgARNwYAETgGABE5BgATMT0AAj4AEjE/ABIxQAASMUEAEjFCABIxQwASMUQAEjFFABIxRgASMkYAEjJGABIyRgASMkYAEjJGABIyRgASMkYAEjJGABIyRgASMkYAEjNGABIzRgASM0YAEjNGABIzRgASM0YAEjNGABIzRgASM0YAEjNGAAJFAAJEAANDAAHqAAJBAAJAAAI/AAI+AAI9AAI8AA8OAf///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////5lQOApyb3cKAQAADzz//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////+hQb3cgMTizAAAAcQpyb3cgMTkHACIyMAcAEjEHABIyBwASMwcAEjQHABI1BwASNgcAEjcHABI4BwACRgASM0YAEjNGABIzRgASM0YAEjNGABIzRgASM0YAEjNGABIzRgASM0YAAkUAAkQAA0MAAWUAAkEAAkAAAj8AAj4AAj0AAjwAEzE9AAI+ABIxPwASMYIAEjFBABIxQgASMUMAEjFEABIxRQAPDgH//////////////////ztQdyAzOQoAAAAAqppFoQ==',
  ],
  [
    'lz4, block checksums',
    'lz4',
    'BCJNGHBArcsBAABgcm93IDAKBgARMQYAETIGABEzBgARNAYAETUGABE2BgARNwYAETgGABE5BgATMT0AAj4AEjE/ABIxQAASMUEAEjFCABIxQwASMUQAEjFFABIxRgASMkYAEjJGABIyRgASMkYAEjJGABIyRgASMkYAEjJGABIyRgASMkYAEjNGABIzRgASM0YAEjNGABIzRgASM0YAEjNGABIzRgASM0YAEjNGAAJFAAJEAANDAAHqAAJBAAJAAAI/AAI+AAI9AAI8AA8OAf///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////5lQOApyb3e5nS8iogEAAKIgMjkKcm93IDMwBwASMQcAEjIHABIzBwASNAcAEjUHABI2BwASNwcAEjgHAAJGAAJFAAJEAANDAAEfAAJBAAJAAAI/AAI+AAI9AAI8ABMxPQACPgASMT8AEjGCABIxQQASMUIAEjFDABIxRAASMUUAEjFGABIyRgASMkYAEjJGABIyRgASMkYAEjJGABIyRgASMkYAEjJGAA8OAf///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////9hQb3cgMThZ8nJyswAAAHEKcm93IDE5BwAiMjAHABIxBwASMgcAEjMHABI0BwASNQcAEjYHABI3BwASOAcAAkYAEjNGABIzRgASM0YAEjNGABIzRgASM0YAEjNGABIzRgASM0YAEjNGAAJFAAJEAANDAAFlAAJBAAJAAAI/AAI+AAI9AAI8ABMxPQACPgASMT8AEjGCABIxQQASMUIAEjFDABIxRAASMUUADw4B//////////////////87UHcgMzkK2NFpmAAAAAA=',
  ],
  [
    'lz4, size in the header',
    'lz4',
    'BCJNGGRQCNwCAABgcm93IDAKBgARMQYAETIGABEzBgARNAYAETUGABE2BgARNwYAETgGABE5BgATMT0AAj4AEjE/ABIxQAASMUEAEjFCABIxQwASMUQAEjFFABIxRgASMkYAEjJGABIyRgASMkYAEjJGABIyRgASMkYAEjJGABIyRgASMkYAEjNGABIzRgASM0YAEjNGABIzRgASM0YAEjNGABIzRgASM0YAEjNGAAJFAAJEAANDAAHqAAJBAAJAAAI/AAI+AAI9AAI8AA8OAf///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////wJQdyAzOQoAAAAAqppFoQ==',
  ],
  [
    'bzip2',
    'bzip2',
    'QlpoMTFBWSZTWTi10wYAiiLZgAAQQAB/4AAAkIBAAjgAAKYAAKYAAE1VR/qqn6if+qpo9QpgAD8lC8/RQvZQvRQvChaUL6lC+5Qv3KF0oX8lC/JQvsoXShdKF7lC6ULpQulC6ULpQulC6UL6KF0oXShdKFpQulC6ULpQulC6ULpQvCheFC8KF4ULwoXhQviEKP6ULihdKF0oXsoWKFpQtKF7EKMULSheyhaUL1SFGlC0oWlCwoDShaULShYoWlC0oWlCxQtKFpQtKFihaULShaULFC0oWlC0oWKF6lC9FC0oWlC+IQo/yEKPiEKP+YoKyTKazkruEgABiyrMAACCAAP/AAAEhAIAD+AACmAACmAACmAAApVHqp+pPeqmjT3AZAdQHUB9QHfID0gfaB4gagfiB7QPIDxA1A7QNQNQNQNQNQNQNQPUBqBqBqBiBqBqBqBqBqBqByA5AcgOQHIDkB8oIT9gNgNQNQO4DIDEDEDuEJkBiB3AYgdEhMQMQMQMkimIGIGIGQGIGIGIGQGIGIGIGQGIGIGIGQGIGIGIGQHUB1AdYgYgfKCE/qCE+UEJ/i7kinChIXBsyJg=',
  ],
  [
    'gzip',
    'gzip',
    'H4sIAAAAAAAAA+3Qu7FCQQxEQZ8oCAFJvA9RUXUd0ofS3ATw2xlPp3b7eL6ut8vx2drt3dm97/7s/u7+7f7vPnJ1Hue6cl65rwQqhUqi0qhEKpVOpc83pNKpdCqdSqfSqXQqncqkMqnM+ZVUJpVJZVKZVCaVSYUGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGDRo0aNCgQYMGje813hkVmOtYDwIA',
  ],
]
