export {
  type BadFrame,
  decodeFrame,
  decodeFrames,
  FRAME_LIMITS,
  type Frame,
  type FrameLimits,
} from './decode-frame.ts'
export { encodeBeat, encodeFrame } from './encode-frame.ts'
