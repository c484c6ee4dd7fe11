// SPDX-License-Identifier: MIT
#include <zlib.h>

#include <QTemporaryDir>
#include <cstring>
#include <map>
#include <set>

#include "formats/atomic_file.h"
#include "formats/fbx_document.h"
#include "formats/fbx_file.h"
#include "support/error_text.h"
#include "support/figures.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

/// Reads binary FBX 7.4 record by record, as the format is described, and throws Error at the first byte out of place.
class StrictReader {
public:
    explicit StrictReader(std::string bytes) : bytes_(std::move(bytes)) {}

    std::vector<FbxNode> read() {
        require(take(23) == std::string("Kaydara FBX Binary  \0\x1a\0", 23), "magic");
        require(number<std::uint32_t>() == 7400, "version");
        std::vector<FbxNode> records = readList(bytes_.size());
        require(take(16).substr(0, 2) == "\xfa\xbc" && take(4) == std::string(4, '\0'), "footer");
        const std::size_t padding = 16 - at_ % 16;
        require(take(padding) == std::string(padding, '\0') && at_ % 16 == 0, "padding");
        require(number<std::uint32_t>() == 7400 && take(120) == std::string(120, '\0'), "footer");
        require(take(16).substr(0, 2) == "\xf8\x5a" && at_ == bytes_.size(), "end");
        return records;
    }

private:
    void require(bool isGood, const char* what) const {
        if (!isGood) throw Error(std::string(what) + " at byte " + std::to_string(at_));
    }
    std::string take(std::size_t size) {
        require(size <= bytes_.size() - at_, "file ends");
        at_ += size;
        return bytes_.substr(at_ - size, size);
    }
    template <typename T>
    T number() {
        T value;
        std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
        return value;
    }
    std::vector<FbxNode> readList(std::size_t limit) {
        std::vector<FbxNode> list;
        for (;;) {
            const auto end = number<std::uint32_t>();
            const auto numProperties = number<std::uint32_t>();
            const auto propertyBytes = number<std::uint32_t>();
            const auto nameLength = number<std::uint8_t>();
            if (end == 0) {
                require(numProperties == 0 && propertyBytes == 0 && nameLength == 0, "null record");
                return list;
            }
            FbxNode node{take(nameLength), {}, {}};
            require(end <= limit, "end offset");
            const std::size_t propertiesStart = at_;
            for (std::uint32_t i = 0; i < numProperties; ++i) node.properties.push_back(readProperty());
            require(at_ - propertiesStart == propertyBytes, "property bytes");
            if (at_ < end) node.children = readList(end);
            require(at_ == end, "record end");
            list.push_back(std::move(node));
        }
    }
    FbxProperty readProperty() {
        switch (take(1)[0]) {
            case 'C': return number<std::uint8_t>() != 0;
            case 'I': return number<std::int32_t>();
            case 'L': return number<std::int64_t>();
            case 'D': return number<double>();
            case 'S': return take(number<std::uint32_t>());
            case 'R': return FbxRaw{take(number<std::uint32_t>())};
            case 'i': return readArray<std::int32_t>();
            case 'd': return readArray<double>();
            default: throw Error("unknown property");
        }
    }
    template <typename T>
    std::vector<T> readArray() {
        const auto count = number<std::uint32_t>(), encoding = number<std::uint32_t>(), stored = number<std::uint32_t>();
        const std::string data = take(stored);
        std::vector<T> values(count);
        uLongf size = count * sizeof(T);
        if (encoding == 1) {
            require(uncompress(reinterpret_cast<Bytef*>(values.data()), &size, reinterpret_cast<const Bytef*>(data.data()), stored) == Z_OK, "deflate");
            require(size == count * sizeof(T), "array size");
        } else {
            require(encoding == 0 && stored == size, "array size");
            if (size) std::memcpy(values.data(), data.data(), size);
        }
        return values;
    }

    std::string bytes_;
    std::size_t at_ = 0;
};

const FbxNode& child(const FbxNode& node, const std::string& name) {
    for (const FbxNode& candidate : node.children)
        if (candidate.name == name) return candidate;
    throw Error("no " + name);
}

bool same(const FbxNode& a, const FbxNode& b) {
    const auto sameProperty = [](const FbxProperty& x, const FbxProperty& y) {
        if (const auto* raw = std::get_if<FbxRaw>(&x)) return std::get<FbxRaw>(y).bytes == raw->bytes;
        return std::visit(
            [&](const auto& value) {
                using T = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<T, FbxRaw>) return false;
                else return std::holds_alternative<T>(y) && std::get<T>(y) == value;
            },
            x);
    };
    return a.name == b.name &&
           std::equal(a.properties.begin(), a.properties.end(), b.properties.begin(), b.properties.end(), sameProperty) &&
           std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(), same);
}

}  // namespace

class TestFbxDocument : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;

private Q_SLOTS:
    void recordsComeBack() {
        std::vector<FbxNode> records = {{"Empty", {}, {}}, {"Values", {true, 5, std::int64_t{-6}, 1.5, std::string("a\0\1b", 4), FbxRaw{"\1\2"}}, {}}};
        FbxNode& outer = records.emplace_back(FbxNode{"Outer", {7}, {}});
        outer.add("Short", {std::vector<std::int32_t>{1, 2}, std::vector<double>{}});
        outer.add("Long", {std::vector<std::int32_t>(1000, 3), std::vector<double>(999, 0.1)}).add("Inner").add("Innermost", {1.0});
        const std::vector<FbxNode> back = StrictReader(fbxBytes(records)).read();
        QVERIFY(std::equal(records.begin(), records.end(), back.begin(), back.end(), same));
    }
    void theFooterIsAlignedWhateverTheLength() {
        for (std::size_t length = 0; length < 40; ++length) {
            const FbxNode record{"A", {std::string(length, 'x')}, {}};
            const std::string bytes = fbxBytes({&record, 1});
            QCOMPARE(bytes.size() % 16, (4 + 120 + 16) % 16u);
            StrictReader(bytes).read();
        }
    }
    void aSceneIsWellFormed() {
        const std::filesystem::path file = std::filesystem::path(directory_.path().toStdString()) / "two 人.fbx";
        const std::vector<Figure> figures = test::twoFigures(*test::SmallBody::model());
        writeFbx(file, figures);
        FbxNode scene{"", {}, StrictReader(readWholeFile(file)).read()};

        std::map<std::int64_t, std::string> kinds = {{0, "root"}};
        std::set<std::string> modelNames;
        std::map<std::string, int> counts;
        for (const FbxNode& object : child(scene, "Objects").children) {
            const auto id = std::get<std::int64_t>(object.properties.at(0));
            QVERIFY(kinds.emplace(id, object.name + std::get<std::string>(object.properties.at(2))).second);
            ++counts[kinds[id]];
            if (object.name == "Model") QVERIFY(modelNames.insert(std::get<std::string>(object.properties.at(1))).second);
        }
        QCOMPARE(counts, (std::map<std::string, int>{{"DeformerCluster", 48}, {"DeformerSkin", 2}, {"GeometryMesh", 2}, {"Material", 1},
                                                     {"ModelLimbNode", 48}, {"ModelMesh", 2}, {"ModelNull", 2}, {"NodeAttributeLimbNode", 48},
                                                     {"NodeAttributeNull", 2}, {"PoseBindPose", 2}}));
        std::map<std::string, int> links;
        for (const FbxNode& connection : child(scene, "Connections").children)
            ++links[kinds.at(std::get<std::int64_t>(connection.properties.at(1))) + " " + kinds.at(std::get<std::int64_t>(connection.properties.at(2)))];
        QCOMPARE(links, (std::map<std::string, int>{{"DeformerCluster DeformerSkin", 48}, {"DeformerSkin GeometryMesh", 2}, {"GeometryMesh ModelMesh", 2},
                                                    {"Material ModelMesh", 2}, {"ModelLimbNode DeformerCluster", 48}, {"ModelLimbNode ModelLimbNode", 46},
                                                    {"ModelLimbNode ModelNull", 2}, {"ModelMesh ModelNull", 2}, {"ModelNull root", 2},
                                                    {"NodeAttributeLimbNode ModelLimbNode", 48}, {"NodeAttributeNull ModelNull", 2}}));
        for (const FbxNode& object : child(scene, "Objects").children) {
            if (object.name != "Geometry") continue;
            const auto& vertices = std::get<std::vector<double>>(child(object, "Vertices").properties.at(0));
            QCOMPARE(vertices.size(), static_cast<std::size_t>(figures[0].restVertices.size()));
        }
    }
};

HMR_TEST_CLASS(TestFbxDocument, "test_fbx_document")
#include "test_fbx_document.moc"
