/** The parts of the library that `codec.ts` uses; it comes without types. */
declare module '@homebridge/dbus-native/lib/dbus-buffer.js' {
  export default class DBusBuffer {
    constructor(bytes: Buffer, startPos: number | undefined, options: { littleEndian: boolean; ayBuffer?: boolean });
    pos: number;
    align(power: number): void;
    read(signature: string): unknown[];
  }
}
declare module '@homebridge/dbus-native/lib/message.js' {
  const library: { marshall(message: object): Buffer };
  export default library;
}
