import { usageError } from '../../errors/index.js';
import { RISK_TIERS, type AuthBinding, type RiskTierName } from './inputs.js';

/** `TOOL=RISK_TIER`, repeatable; the last one of a tool wins. */
export function parseToolRiskOverrides(words: readonly string[]): Record<string, RiskTierName> {
  const overrides = new Map<string, RiskTierName>();
  for (const word of words) {
    const cut = word.lastIndexOf('=');
    const tool = word.slice(0, Math.max(0, cut)).trim();
    const tier = RISK_TIERS.find(
      (name) =>
        name ===
        word
          .slice(cut + 1)
          .trim()
          .toLowerCase(),
    );
    if (cut < 1 || tool === '' || tier === undefined) {
      throw usageError(
        `--tool-risk-override ${JSON.stringify(word)} is not TOOL=TIER`,
        `write for example --tool-risk-override send_email=high; tiers are ${RISK_TIERS.join(', ')}`,
      );
    }
    overrides.set(tool, tier);
  }
  return Object.fromEntries(overrides);
}

/**
 * `HOST:HEADER:SECRET_REF`, or `HOST:HEADER:PREFIX:SECRET_REF`. A secret reference may hold colons itself
 * (`op://vault/item/field`, `arn:aws:…`), so a fourth part is a prefix only when it ends in a space, as
 * `Bearer ` and `Token ` do.
 */
export function parseAuthBinding(word: string): AuthBinding {
  const match = /^(?<host>\[[^\]]+\]|[^:]+):(?<header>[^:\s]+):(?:(?<prefix>[^:]* ):)?(?<secret>.+)$/s.exec(
    word,
  );
  const { host, header, prefix, secret } = match?.groups ?? {};
  if (!host?.trim() || !header || !secret?.trim()) {
    throw usageError(
      '--secret-broker-auth-binding needs HOST:HEADER:SECRET_REF',
      'write for example --secret-broker-auth-binding "api.example.com:Authorization:op://vault/item/field"; a prefix goes before the reference and ends in a space: "host:Authorization:Bearer :op://…"',
    );
  }
  return {
    host_pattern: host.trim(),
    header,
    secret_ref: secret.trim(),
    ...(prefix === undefined ? {} : { prefix }),
  };
}

/** Deliveries carry tenant data, so a webhook is https; a receiver on this machine is the exception. */
export function parseWebhookUrl(word: string): string {
  const url = URL.canParse(word) ? new URL(word) : undefined;
  const loopback = url !== undefined && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url === undefined || !(url.protocol === 'https:' || (url.protocol === 'http:' && loopback))) {
    throw usageError(
      '--webhook-url must be an https URL',
      'plain http is accepted for a loopback receiver only',
    );
  }
  return word;
}

/** `aws-secrets-manager` is the older spelling of `aws_secrets_manager`. */
export function parseBrokerProvider(word: string): string {
  return word.trim().toLowerCase().replaceAll('-', '_');
}
