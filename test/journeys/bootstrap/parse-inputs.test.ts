import { describe, expect, it } from 'vitest';
import {
  parseAuthBinding,
  parseBrokerProvider,
  parseToolRiskOverrides,
  parseWebhookUrl,
} from '../../../src/journeys/bootstrap/parse-inputs.js';

describe('bootstrap flag values', () => {
  it('reads bindings whose secret reference holds colons', () => {
    expect(parseAuthBinding('h:Authorization:op://v/i/f')).toEqual({
      host_pattern: 'h',
      header: 'Authorization',
      secret_ref: 'op://v/i/f',
    });
    expect(parseAuthBinding('*.x.example:X-Key:arn:aws:sm:1:2:s')).toEqual({
      host_pattern: '*.x.example',
      header: 'X-Key',
      secret_ref: 'arn:aws:sm:1:2:s',
    });
    expect(parseAuthBinding('h:Authorization:Bearer :op://v/i/f')).toMatchObject({
      prefix: 'Bearer ',
      secret_ref: 'op://v/i/f',
    });
    for (const bad of ['h', 'h:a', 'h:a:', ':a:b', 'h::b'])
      expect(() => parseAuthBinding(bad)).toThrow(/HOST/);
  });

  it('reads risk overrides and names the tiers when one is wrong', () => {
    expect(parseToolRiskOverrides(['send_email=high', 'a=b=LOW'])).toEqual({
      send_email: 'high',
      'a=b': 'low',
    });
    for (const bad of ['x', '=high', 'x=huge'])
      expect(() => parseToolRiskOverrides([bad])).toThrow(/TOOL=TIER/);
  });

  it('wants https for a webhook beyond this machine', () => {
    expect(parseWebhookUrl('https://h.example/x')).toBe('https://h.example/x');
    expect(parseWebhookUrl('http://127.0.0.1:9/x')).toBe('http://127.0.0.1:9/x');
    for (const bad of ['http://h.example', 'file:///etc/passwd', 'nonsense'])
      expect(() => parseWebhookUrl(bad)).toThrow(/https/);
  });

  it('folds the hyphenated broker name', () => {
    expect(parseBrokerProvider('AWS-secrets-manager')).toBe('aws_secrets_manager');
  });
});
