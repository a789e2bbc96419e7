/** `noDeviceSpace` -> `no_device_space`: a key of these tables as Xen's headers end the constant's name. */
export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
