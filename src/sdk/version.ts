/** Version of the embedded SDK, the same as the package's; a test compares the two. */
export const SDK_VERSION = '0.1.0';
