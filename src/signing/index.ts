export {
  checkSignature,
  SIGNATURE_HEADER,
  signatureHeaders,
  TIMESTAMP_HEADER,
  TOLERANCE_SECONDS,
} from './signature.js';
