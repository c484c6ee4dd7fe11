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

/// The JPEG with an EXIF orientation behind its start marker.
std::string withOrientation(const std::string& jpeg, char orientation) {
    std::string exif("Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 25);
    exif += orientation;
    exif += std::string("\0\0\0\0\0\0", 6);
    const auto length = exif.size() + 2;
    return jpeg.substr(0, 2) + "\xFF\xE1" + char(length >> 8) + char(length & 255) + exif + jpeg.substr(2);
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

    void exifOrientationIsHonoured() {
        writeWholeFile(file("turned.jpg"), withOrientation(encoded(".jpg", testPicture()), 6));  // turn right by 90° to view
        const cv::Mat read = readPicture(file("turned.jpg"));
        QCOMPARE(read.size(), cv::Size(48, 64));
        QVERIFY(read.at<cv::Vec3b>(3, 44)[1] > 150);   // the green corner is now at the top right
        QVERIFY(read.at<cv::Vec3b>(60, 24)[0] > 200);  // and blue at the bottom
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
        for (const char* extension : {".jpg", ".png", ".webp", ".bmp", ".tiff"}) {
            const std::string whole = encoded(extension, testPicture());
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
