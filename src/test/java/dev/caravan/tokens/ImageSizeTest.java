package dev.caravan.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSizeTest {
    private static final String PNG = "89504e470d0a1a0a0000000d49484452";
    private static final String JPEG = "ffd8";
    private static final String RIFF = "524946460000000057454250";

    private static Optional<ImageSize> ofHex(String hex) {
        return ImageSize.ofBase64(Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex.replace(" ", ""))));
    }

    @ParameterizedTest
    @CsvSource({"png,1,1", "png,1092,1092", "png,3000,17", "jpg,640,480", "jpg,1,2000", "gif,300,200", "gif,65,1000"})
    void filesOfARealEncoder(String format, int width, int height) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), format, file);
        assertEquals(Optional.of(new ImageSize(width, height)),
                ImageSize.ofBase64(Base64.getEncoder().encodeToString(file.toByteArray())));
    }

    @ParameterizedTest
    @CsvSource({PNG + "00000780 00000438 08, 1920, 1080", PNG + "7fffffff 00000001 08, 2147483647, 1",
            JPEG + "ffc0 0011 08 0438 0780 03, 1920, 1080",
            JPEG + "ffe0 0010 4a464946000101000001000100 00 ffc2 0011 08 0010 0020 03, 32, 16",
            JPEG + "ff ff ff c1 0011 08 0010 0020 03, 32, 16", JPEG + "ff01 ffd0 ffc0 0011 08 0010 0020 03, 32, 16",
            JPEG + "ffc4 0003 00 ffc0 0011 08 0010 0020 03, 32, 16", "474946383761 2c01 c800 00, 300, 200",
            "474946383961 0100 ffff 00, 1, 65535", RIFF + "56503858 0a000000 00000000 7f0700 370400, 1920, 1080",
            RIFF + "5650384c 00000000 2f 7fc70d01, 1920, 1080",
            RIFF + "56503820 00000000 300000 9d012a 8007 3804, 1920, 1080",
            RIFF + "56503820 00000000 300000 9d012a 8047 3844, 1920, 1080"})
    void headers(String hex, int width, int height) {
        assertEquals(Optional.of(new ImageSize(width, height)), ofHex(hex));
    }

    /** Cameras put previews and colour profiles before the size. */
    @Test
    void aSizeBehindLongSegments() {
        StringBuilder hex = new StringBuilder(JPEG);
        for (int i = 0; i < 20; i++) {
            hex.append("ffe2ffff").append("00".repeat(65_533));
        }
        assertEquals(Optional.of(new ImageSize(32, 16)), ofHex(hex + "ffc00011080010002003"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "89504e47", PNG, PNG + "00000000 00000001", PNG + "00000001 00000000",
            PNG + "80000000 00000001", PNG + "0000078000", JPEG, JPEG + "ff", JPEG + "ffe0", JPEG + "ffe0 0000",
            JPEG + "ffe0 0001", JPEG + "ffe0 ffff", JPEG + "ffd9", JPEG + "ffda 0002", JPEG + "00",
            JPEG + "ffc0 0011 08",
            JPEG + "ffc0 0011 08 0000 0020", "474946383961 0100", "474946383961 0000 0100", RIFF, RIFF + "56503858",
            RIFF + "5650384c 00000000 2f", RIFF + "5650384c 00000000 30 7fc70d01",
            RIFF + "56503820 00000000 300000 9d012b 8007 3804", RIFF + "41414141", "255044462d312e37", "3c737667"})
    void whatTellsNoSize(String hex) {
        assertEquals(Optional.empty(), ofHex(hex));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iVBORw0KGgo", "iVBORw0KGgo=AAA", "iVBOR\nw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1Pe", "!!!!",
            "é", "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1Pe", "/9j/4AAQ", "UklGRg"})
    void whatIsNoBase64(String data) {
        assertEquals(Optional.empty(), ImageSize.ofBase64(data));
    }

    @Test
    void anyDamageIsNoFailure() {
        Random random = new Random(3);
        String[] heads = {PNG, JPEG + "ffe0 0004 0000", "474946383961", RIFF + "5650384c", RIFF + "56503858", RIFF};
        for (int i = 0; i < 20_000; i++) {
            byte[] rest = new byte[random.nextInt(40)];
            random.nextBytes(rest);
            ofHex(heads[i % heads.length] + HexFormat.of().formatHex(rest))
                    .ifPresent(size -> assertEquals(true, size.width() > 0 && size.height() > 0));
        }
    }
}
