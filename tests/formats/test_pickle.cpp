// SPDX-License-Identifier: MIT
#include <random>

#include "formats/atomic_file.h"
#include "formats/pickle/pickle.h"
#include "formats/pickle/pickle_arrays.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
using namespace std::string_literals;

namespace {

std::string fileBytes(const std::string& name) { return readWholeFile(std::string(HMR_TEST_DATA "/models/") + name); }

QString refusal(std::string_view bytes, UnknownNames unknown = UnknownNames::Refuse) {
    return errorText([&] { Pickle(bytes, "test", unknown); });
}

}  // namespace

/// The pickle machine on streams small enough to read here.
class TestPickle : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void plainValues() {
        const std::string stream = "\x80\x02(K\x07M\x02\x01J\xfe\xff\xff\xffG\x3f\xf8\0\0\0\0\0\0\x88\x89NX\x03\0\0\0\xc3\xa9!U\x02\x00\xff\x8a\x01\x80t."s;
        const Pickle pickle(stream, "test");
        const auto items = pickle.root().items();
        QCOMPARE(pickle.root().kind(), PickleKind::Tuple);
        QCOMPARE(items.size(), 10u);
        QCOMPARE(items[0].integer(), 7);
        QCOMPARE(items[1].integer(), 258);
        QCOMPARE(items[2].integer(), -2);
        QCOMPARE(items[3].number(), 1.5);
        QCOMPARE(items[4].integer(), 1);
        QCOMPARE(items[5].integer(), 0);
        QVERIFY(items[6].isNone());
        QCOMPARE(items[7].text(), std::string_view("\xc3\xa9!"));
        QCOMPARE(items[8].text(), std::string_view("\0\xff", 2));
        QCOMPARE(items[9].integer(), -128);
        QCOMPARE(pickle.size(), stream.size());
    }
    void valuesOfProtocolZero() {
        const std::string stream = "(dp0\nS'a\\x00\\n\\''\np1\n(lp2\nI-3\naL12345678901234567890L\naF2.5\naI01\nasVcaf\\u00e9 \xe9\np3\ng1\ns.";
        const Pickle pickle(stream, "test");
        const auto list = pickle.root().at(std::string_view("a\0\n'", 4)).items();
        QCOMPARE(list.size(), 4u);
        QCOMPARE(list[0].integer(), -3);
        QCOMPARE(list[1].kind(), PickleKind::BigInteger);
        QCOMPARE(list[2].number(), 2.5);
        QCOMPARE(list[3].integer(), 1);
        QCOMPARE(pickle.root().at("caf\xc3\xa9 \xc3\xa9").text().size(), 4u);
    }
    void aCutArrayOfJoblibsIsOneSentence() {
        const std::string whole = readWholeFile(HMR_TEST_DATA "/results/vibe_output.pkl");
        for (std::size_t size = 100; size < whole.size(); size += 100) {
            const QString text = refusal(whole.substr(0, size), UnknownNames::Keep);
            QVERIFY2(text.count("Cannot read") == 1 && text.count("Fetch the file") == 1, qPrintable(text));
        }
    }
    void aLaterEntryReplacesAnEarlierOne() {
        const std::string_view stream = "(dS'a'\nI1\nsS'a'\nI2\ns.";
        const Pickle pickle(stream, "test");
        QCOMPARE(pickle.root().at("a").integer(), 2);
        QVERIFY(!pickle.root().find("b"));
        QVERIFY(errorText([&] { pickle.root().at("b"); }).contains("\"b\" is missing"));
        QVERIFY(errorText([&] { pickle.root().integer(); }).contains("a dictionary of 2"));
    }
    void namesThatAreNoDataAreRefused_data() {
        QTest::addColumn<QByteArray>("stream");
        QTest::addColumn<bool>("isRefusedByWeightsToo");
        QTest::newRow("system") << QByteArray("cos\nsystem\n(S'true'\ntR.") << true;
        QTest::newRow("posix") << QByteArray("cposix\nsystem\n(S'true'\ntR.") << true;
        QTest::newRow("eval") << QByteArray("c__builtin__\neval\n(S'1'\ntR.") << true;
        QTest::newRow("getattr by stack") << QByteArray("\x8c\x08" "builtins\x8c\x07getattr\x93.") << true;
        QTest::newRow("instance") << QByteArray("(S'true'\nios\nsystem\n.") << true;
        QTest::newRow("unknown class") << QByteArray("csome.project\nSettings\n)\x81.") << false;
    }
    void namesThatAreNoDataAreRefused() {
        QFETCH(QByteArray, stream);
        QFETCH(bool, isRefusedByWeightsToo);
        const std::string bytes = stream.toStdString();
        const QString text = refusal(bytes);
        QVERIFY2(text.contains("which is nothing that a file of this kind needs") && text.contains("at byte "), qPrintable(text));
        QCOMPARE(refusal(bytes, UnknownNames::Keep).isEmpty(), !isRefusedByWeightsToo);
    }
    void badStreams_data() {
        QTest::addColumn<QByteArray>("stream");
        QTest::addColumn<QString>("expected");
        QTest::newRow("empty") << QByteArray() << "ends too early";
        QTest::newRow("no end") << QByteArray("N") << "ends too early";
        QTest::newRow("nothing") << QByteArray(".") << "a value is missing";
        QTest::newRow("unknown operation") << QByteArray("\xff.") << "0xff is unknown";
        QTest::newRow("extension registry") << QByteArray("\x82\x01.") << "0x82 is unknown";
        QTest::newRow("protocol 9") << QByteArray("\x80\x09N.") << "protocol 9";
        QTest::newRow("huge text") << QByteArray("X\xff\xff\xff\x7fx.") << "2147483647 bytes were expected";
        QTest::newRow("huger text") << QByteArray("\x8d\xff\xff\xff\xff\xff\xff\xff\xff.") << "18446744073709551615 bytes";
        QTest::newRow("memo of nothing") << QByteArray("h\x05.") << "has not made";
        QTest::newRow("mark of nothing") << QByteArray("t.") << "a mark is missing";
        QTest::newRow("pop below the mark") << QByteArray("N(\x85.") << "a value is missing";
        QTest::newRow("odd dictionary") << QByteArray("(Nd.") << "a key has no value";
        QTest::newRow("append to number") << QByteArray("K\x01Na.") << "elements are added to a whole number";
        QTest::newRow("items of a list") << QByteArray("](NNu.") << "entries are added to a list";
        QTest::newRow("call of a number") << QByteArray("K\x01)R.") << "a whole number is called";
        QTest::newRow("call without a tuple") << QByteArray("cnumpy\ndtype\nNR.") << "None for arguments";
        QTest::newRow("attributes of a number") << QByteArray("K\x01}b.") << "attributes are given to a whole number";
        QTest::newRow("bad literal") << QByteArray("S'ab\n.") << "a string is malformed";
        QTest::newRow("bad integer") << QByteArray("I1x\n.") << "a whole number is malformed";
        QTest::newRow("bad real") << QByteArray("Fone\n.") << "a real number is malformed";
        QTest::newRow("no line end") << QByteArray("I12") << "within a line";
    }
    void badStreams() {
        QFETCH(QByteArray, stream);
        QFETCH(QString, expected);
        const QString text = refusal(stream.toStdString());
        QVERIFY2(text.contains(expected) && text.contains("at byte "), qPrintable(text));
    }
    void memoryIsBounded() {
        // Each byte makes a list; Python would take 56 MB, sixty times the file.
        const std::string many = std::string(4'000'000, ']') + ".";
        QVERIFY(refusal(many).contains("makes more values than"));
        const std::string doubled = "]" + std::string(40'000'000, '2') + ".";
        QVERIFY(refusal(doubled).contains("makes more values than"));
    }
    void aListThatHoldsItselfDoesNoHarm() {
        const std::string stream = fileBytes("bad_self.pkl");
        const Pickle pickle(stream, "test");
        QVERIFY(!looksLikeArray(pickle.root()));
        QVERIFY(!errorText([&] { ndArrayFrom(pickle.root()); }).isEmpty());
    }
    void listsThatShareTheirRowsStaySmall() {
        // Ten levels, each ten times the one below: ten thousand million numbers in a hundred bytes.
        std::string stream = "K\x01q\x00"s;
        for (char level = 1; level <= 7; ++level) {
            stream += "](";
            for (int i = 0; i < 100; ++i) stream += std::string("h") + static_cast<char>(level - 1);
            stream += std::string("eq") + level;
        }
        const std::string whole = stream + ".";
        const Pickle pickle(whole, "test");
        QVERIFY(errorText([&] { ndArrayFrom(pickle.root()); }).contains("too"));
    }
    void anyDamageIsAnErrorAndNothingElse() {
        std::mt19937 random(5);
        for (const char* name : {"tiny_python2_p0.pkl", "tiny_chumpy_reordered.pkl", "tiny_python3_p5.pkl", "bad_unused_system.pkl"}) {
            const std::string whole = fileBytes(name);
            for (int trial = 0; trial < 500; ++trial) {
                std::string bytes = whole;
                const int numChanges = 1 + static_cast<int>(random() % 4);
                for (int i = 0; i < numChanges; ++i) {
                    // Most of a body is numbers; the stream's first and last bytes say more.
                    const std::size_t place = trial % 2 ? random() % bytes.size() : (random() % 1200 + bytes.size() - 600) % bytes.size();
                    if (random() % 8 == 0) bytes.erase(place, random() % 20);
                    else if (random() % 8 == 0) bytes.insert(place, whole.substr(random() % whole.size(), random() % 20));
                    else bytes[place] = static_cast<char>(random());
                }
                errorText([&] {
                    const Pickle pickle(bytes, "test", trial % 3 ? UnknownNames::Refuse : UnknownNames::Keep);
                    if (pickle.root().kind() != PickleKind::Dict) return;
                    for (const PickleValue& value : pickle.root().items()) errorText([&] { ndArrayFrom(value); });
                });
            }
        }
    }
};

HMR_TEST_CLASS(TestPickle, "test_pickle")
#include "test_pickle.moc"
