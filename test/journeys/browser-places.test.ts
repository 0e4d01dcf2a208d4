import { describe, expect, it } from 'vitest';
import { systemFolders } from '../../src/journeys/browser/places.js';
import { propertyList } from '../../src/journeys/browser/plist.js';

describe('where browsers read managed policy', () => {
  it('is a folder of the system only for browsers that read files there', () => {
    expect(systemFolders('/mine', 'linux')).toEqual({
      chrome: '/etc/opt/chrome/policies/managed',
      firefox: '/etc/firefox/policies',
      safari: '/mine/safari',
      island: '/mine/island',
    });
    expect(systemFolders('/mine', 'darwin')).toMatchObject({
      chrome: '/mine/chrome',
      safari: '/mine/safari',
    });
  });
});

describe('a property list', () => {
  it('holds every kind of value, and nothing XML cannot', () => {
    const text = propertyList({ a: [1, 1.5, true], 'b<': 'x\u0000&y', none: null, nested: { c: false } });
    expect(text).toContain(
      '<array>\n    <integer>1</integer>\n    <real>1.5</real>\n    <true/>\n  </array>',
    );
    expect(text).toContain('<key>b&lt;</key>\n  <string>x&amp;y</string>');
    expect(text).not.toContain('none');
    expect(text).toContain('<key>nested</key>\n  <dict>\n    <key>c</key>\n    <false/>\n  </dict>');
  });
});
