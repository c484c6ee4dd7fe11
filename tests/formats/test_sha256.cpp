// SPDX-License-Identifier: MIT
#include <algorithm>

#include "formats/sha256.h"
#include "support/test_class.h"

using namespace hmr;

class TestSha256 : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Examples of FIPS 180-4 and of NIST's test vectors.
    void agreesWithTheStandard_data() {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("digest");
        QTest::newRow("nothing") << QByteArray() << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        QTest::newRow("abc") << QByteArray("abc")
                             << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        QTest::newRow("two blocks") << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                                    << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        QTest::newRow("a million a") << QByteArray(1000000, 'a')
                                     << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }
    void agreesWithTheStandard() {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, digest);
        for (const qsizetype piece : {qsizetype{1}, qsizetype{63}, qsizetype{64}, qsizetype{1000}, message.size() + 1}) {
            Sha256 hash;
            for (qsizetype at = 0; at < message.size(); at += piece)
                hash.add(message.constData() + at, static_cast<std::size_t>(std::min(piece, message.size() - at)));
            QCOMPARE(QByteArray::fromStdString(hash.hexadecimal()), digest);
        }
    }
};

HMR_TEST_CLASS(TestSha256, "test_sha256")
#include "test_sha256.moc"
