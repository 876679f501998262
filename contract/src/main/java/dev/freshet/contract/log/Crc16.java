package dev.freshet.contract.log;

/// CRC-16/XMODEM (polynomial 0x1021, start 0, nothing reflected): the one Redis Cluster uses for its slots, so that a
/// producer finds it in its Redis library.
///
/// @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">Redis Cluster
/// specification</a>
public final class Crc16 {

    private static final int[] TABLE = table();

    private Crc16() {}

    /// @param bytes each character one byte (below 256); of ASCII text that is the text itself
    public static int of(String bytes) {
        int crc = 0;
        for (int i = 0; i < bytes.length(); i++) {
            crc = crc << 8 & 0xffff ^ TABLE[(crc >>> 8 ^ bytes.charAt(i)) & 0xff];
        }
        return crc;
    }

    private static int[] table() {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
            }
            table[i] = crc & 0xffff;
        }
        return table;
    }
}
