// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "body/error.h"
#include "formats/atomic_file.h"
#include "inference/frame_source.h"
#include "inference/picture.h"
#include "inference/picture_header.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

/// Left half red, right half blue, with a green corner at the top left.
cv::Mat testPicture(int width = 64, int height = 48) {
    cv::Mat picture(height, width, CV_8UC3, cv::Scalar(0, 0, 255));
    picture(cv::Rect(width / 2, 0, width / 2, height)) = cv::Scalar(255, 0, 0);
    picture(cv::Rect(0, 0, 8, 8)) = cv::Scalar(0, 255, 0);
    return picture;
}

std::string encoded(const char* extension, const cv::Mat& picture) {
    std::vector<std::uint8_t> bytes;
    cv::imencode(extension, picture, bytes);
    return {bytes.begin(), bytes.end()};
}

std::string bigEndian(std::uint64_t value, int count) {
    std::string bytes;
    while (count-- > 0) bytes += static_cast<char>(value >> (8 * count) & 255);
    return bytes;
}

std::string littleEndian(std::uint64_t value, int count) {
    const std::string bytes = bigEndian(value, count);
    return {bytes.rbegin(), bytes.rend()};
}

/// EXIF that holds an orientation alone.
std::string exifOf(int orientation) {
    return std::string("MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) + static_cast<char>(orientation) + std::string(6, '\0');
}

/// Behind its start marker.
std::string turnedJpeg(const cv::Mat& picture, int orientation) {
    const std::string jpeg = encoded(".jpg", picture), exif = std::string("Exif\0\0", 6) + exifOf(orientation);
    return jpeg.substr(0, 2) + "\xFF\xE1" + bigEndian(exif.size() + 2, 2) + exif + jpeg.substr(2);
}

/// In a chunk behind the header, with the checksum of the PNG specification's annex D.
std::string turnedPng(const cv::Mat& picture, int orientation) {
    const std::string png = encoded(".png", picture), chunk = "eXIf" + exifOf(orientation);
    std::uint32_t sum = 0xFFFFFFFF;
    for (const char byte : chunk) {
        sum ^= static_cast<std::uint8_t>(byte);
        for (int bit = 0; bit < 8; ++bit) sum = sum & 1 ? 0xEDB88320 ^ sum >> 1 : sum >> 1;
    }
    return png.substr(0, 33) + bigEndian(chunk.size() - 4, 4) + chunk + bigEndian(~sum, 4) + png.substr(33);
}

/// In the extended form of the file.
std::string turnedWebp(const cv::Mat& picture, int orientation) {
    const std::string webp = encoded(".webp", picture), exif = exifOf(orientation);
    const std::string chunks = std::string("VP8X") + littleEndian(10, 4) + littleEndian(8, 4) + littleEndian(picture.cols - 1, 3) +
                               littleEndian(picture.rows - 1, 3) + webp.substr(12) + "EXIF" + littleEndian(exif.size(), 4) + exif;
    return "RIFF" + littleEndian(chunks.size() + 4, 4) + "WEBP" + chunks;
}

/// A plain TIFF of three channels with the orientation among its tags.
std::string turnedTiff(const cv::Mat& picture, int orientation) {
    const std::size_t numBytes = picture.total() * 3, bits = 8 + numBytes, directory = bits + 6;
    std::string tiff = std::string("II*\0", 4) + littleEndian(directory, 4);
    for (const cv::Vec3b& pixel : cv::Mat_<cv::Vec3b>(picture)) tiff += {static_cast<char>(pixel[2]), static_cast<char>(pixel[1]), static_cast<char>(pixel[0])};
    for (int channel = 0; channel < 3; ++channel) tiff += littleEndian(8, 2);
    const auto tag = [](int number, int type, std::uint64_t count, std::uint64_t value) {
        return littleEndian(number, 2) + littleEndian(type, 2) + littleEndian(count, 4) + littleEndian(value, 4);
    };
    constexpr int kShort = 3, kLong = 4;
    tiff += littleEndian(10, 2) + tag(256, kLong, 1, picture.cols) + tag(257, kLong, 1, picture.rows) + tag(258, kShort, 3, bits);
    tiff += tag(259, kShort, 1, 1) + tag(262, kShort, 1, 2) + tag(273, kLong, 1, 8) + tag(274, kShort, 1, orientation);
    return tiff + tag(277, kShort, 1, 3) + tag(278, kLong, 1, picture.rows) + tag(279, kLong, 1, numBytes) + littleEndian(0, 4);
}

QString messageOf(const std::filesystem::path& file) {
    try {
        readPicture(file);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestPictureFile : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path file(const char* name) const { return std::filesystem::path(folder_.path().toStdString()) / name; }

private Q_SLOTS:
    void everyFormatIsRead_data() {
        QTest::addColumn<QString>("extension");
        for (const char* extension : {".jpg", ".png", ".webp", ".bmp", ".tiff"}) QTest::newRow(extension) << extension;
    }
    void everyFormatIsRead() {
        QFETCH(QString, extension);
        const std::string name = "picture" + extension.toStdString();
        writeWholeFile(file(name.c_str()), encoded(extension.toUtf8(), testPicture()));
        const cv::Mat read = readPicture(file(name.c_str()));
        QCOMPARE(read.size(), cv::Size(64, 48));
        QCOMPARE(read.type(), CV_8UC3);
        QVERIFY(read.at<cv::Vec3b>(40, 10)[2] > 200 && read.at<cv::Vec3b>(40, 10)[0] < 60);
        QVERIFY(read.at<cv::Vec3b>(40, 55)[0] > 200 && read.at<cv::Vec3b>(40, 55)[2] < 60);
        const auto header = readPictureHeader(readWholeFile(file(name.c_str())));
        QVERIFY(header.has_value());
        QCOMPARE(header->width, 64u);
        QCOMPARE(header->height, 48u);
        QVERIFY(!header->isCutOff);
    }

    void greyAndAlphaBecomeThreeChannels() {
        writeWholeFile(file("grey.png"), encoded(".png", cv::Mat(32, 32, CV_8U, cv::Scalar(90))));
        QCOMPARE(readPicture(file("grey.png")).at<cv::Vec3b>(5, 5), cv::Vec3b(90, 90, 90));
        writeWholeFile(file("clear.png"), encoded(".png", cv::Mat(32, 32, CV_8UC4, cv::Scalar(0, 0, 0, 0))));
        QCOMPARE(readPicture(file("clear.png")).at<cv::Vec3b>(5, 5), cv::Vec3b(255, 255, 255));
        writeWholeFile(file("deep.png"), encoded(".png", cv::Mat(32, 32, CV_16UC3, cv::Scalar::all(0x8080))));
        QCOMPARE(readPicture(file("deep.png")).at<cv::Vec3b>(5, 5), cv::Vec3b(128, 128, 128));
    }

    void exifOrientationIsHonoured_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("orientation");
        const std::pair<const char*, std::string (*)(const cv::Mat&, int)> formats[] = {
            {"JPEG", turnedJpeg}, {"PNG", turnedPng}, {"WebP", turnedWebp}, {"TIFF", turnedTiff}};
        for (const auto& [name, turned] : formats)
            for (int orientation = 0; orientation <= 9; ++orientation)
                QTest::addRow("%s %d", name, orientation) << QByteArray::fromStdString(turned(testPicture(), orientation)) << orientation;
    }
    void exifOrientationIsHonoured() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, orientation);
        writeWholeFile(file("turned.bin"), bytes.toStdString());
        const cv::Mat read = readPicture(file("turned.bin"));
        const bool isKnown = orientation >= 1 && orientation <= 8, isTurned = isKnown && orientation >= 5;
        QCOMPARE(read.size(), isTurned ? cv::Size(48, 64) : cv::Size(64, 48));
        // Where the file's first pixel comes to lie (EXIF 2.3, table of tag 274): at the left and at the top.
        const bool isLeft[] = {true, false, false, true, true, false, false, true}, isTop[] = {true, true, false, false, true, true, false, false};
        const int corner = isKnown ? orientation - 1 : 0;
        const cv::Point green(isLeft[corner] ? 3 : read.cols - 4, isTop[corner] ? 3 : read.rows - 4);
        QVERIFY(read.at<cv::Vec3b>(green)[1] > 150);
        const cv::Point opposite(read.cols - 1 - green.x, read.rows - 1 - green.y);
        QVERIFY(read.at<cv::Vec3b>(opposite)[0] > 200);  // blue is the half that is away from it
        const cv::Point beside = isTurned ? cv::Point(opposite.x, green.y) : cv::Point(green.x, opposite.y);
        QVERIFY(read.at<cv::Vec3b>(beside)[2] > 200);
    }

    void badFilesGiveOneClearMessage_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("expected");
        const std::string jpeg = encoded(".jpg", testPicture(200, 200)), png = encoded(".png", testPicture());
        const auto bytes = [](const std::string& text) { return QByteArray(text.data(), text.size()); };
        QTest::newRow("text") << QByteArray("hello, this is no picture at all") << "is not a picture";
        QTest::newRow("empty") << QByteArray() << "is not a picture";
        QTest::newRow("cut JPEG") << bytes(jpeg.substr(0, jpeg.size() / 2)) << "cut off";
        QTest::newRow("cut PNG") << bytes(png.substr(0, png.size() / 2)) << "cut off";
        std::string damaged = png;
        for (std::size_t i = 50; i < damaged.size() - 30; ++i) damaged[i] = char(i * 7);
        QTest::newRow("damaged PNG") << bytes(damaged) << "damaged PNG";
        QTest::newRow("one pixel") << bytes(encoded(".png", cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(0)))) << "too small";
        std::string huge = png;  // 20,000 x 20,000 by its header
        huge.replace(16, 8, std::string("\0\0\x4E\x20\0\0\x4E\x20", 8));
        QTest::newRow("huge") << bytes(huge) << "larger than 16384";
    }
    void badFilesGiveOneClearMessage() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, expected);
        writeWholeFile(file("bad.bin"), bytes.toStdString());
        const QString message = messageOf(file("bad.bin"));
        QVERIFY2(message.contains(expected), qPrintable(message));
        QVERIFY(message.contains("bad.bin"));
    }

    void missingFilesAndFoldersAreErrors() {
        QVERIFY(!messageOf(file("missing.png")).isEmpty());
        QVERIFY(!messageOf(folder_.path().toStdString()).isEmpty());
    }

    void headersNeverReadBeyondTheBytes() {
        const cv::Mat picture = testPicture();
        for (const std::string& whole : {turnedJpeg(picture, 6), turnedPng(picture, 6), turnedWebp(picture, 6), turnedTiff(picture, 6), encoded(".bmp", picture),
                                         encoded(".tiff", picture)}) {
            for (std::size_t length = 0; length < std::min<std::size_t>(whole.size(), 600); ++length) {
                readPictureHeader(std::string(whole.substr(0, length)));
            }
        }
    }

    void picturesAreWrittenWhole() {
        const Picture picture = rgbPicture(testPicture());
        writePicture(file("out.png"), picture);
        QCOMPARE(cv::norm(readPicture(file("out.png")), testPicture()), 0.0);
        QVERIFY_EXCEPTION_THROWN(writePicture(file("out.xyz"), picture), Error);
        QVERIFY_EXCEPTION_THROWN(writePicture(file("no/such/folder/out.png"), picture), Error);
    }
};

HMR_TEST_CLASS(TestPictureFile, "test_picture_file")
#include "test_picture_file.moc"
