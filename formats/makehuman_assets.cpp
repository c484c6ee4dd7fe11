// SPDX-License-Identifier: MIT
#include "formats/makehuman_assets.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "body/error.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;
constexpr double kMetresPerUnit = 0.1;  // MakeHuman counts in decimetres
constexpr std::size_t kLargestFile = std::size_t{64} << 20;

/// A whole text file, gzipped or not.
std::string readText(const fs::path& file) {
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
    if (!stream) throw Error("Cannot open " + file.string() + ". It belongs to MakeHuman's assets.");
    std::string text;
    char buffer[1 << 16];
    int count = 0;
    while ((count = gzread(stream.get(), buffer, sizeof buffer)) > 0) {
        text.append(buffer, static_cast<std::size_t>(count));
        if (text.size() > kLargestFile) throw Error(file.string() + " is larger than any file of MakeHuman's assets.");
    }
    int problem = Z_OK;  // a cut file only shows here
    gzerror(stream.get(), &problem);
    if (count < 0 || problem != Z_OK) throw Error(file.string() + " is damaged: it does not unpack.");
    return text;
}

/// Walks over the lines and blank-separated words of a text.
class LineReader {
public:
    LineReader(const fs::path& file) : file_(file), text_(readText(file)) {}

    bool nextLine() {
        if (position_ >= text_.size()) return false;
        const auto end = std::min(text_.find('\n', position_), text_.size());
        line_ = std::string_view(text_).substr(position_, end - position_);
        position_ = end + 1;
        ++lineNumber_;
        return true;
    }

    /// The next word of the line; empty at its end.
    std::string_view word() {
        const auto begin = line_.find_first_not_of(" \t\r");
        if (begin == std::string_view::npos) return {};
        const auto end = std::min(line_.find_first_of(" \t\r", begin), line_.size());
        const std::string_view result = line_.substr(begin, end - begin);
        line_.remove_prefix(end);
        return result;
    }

    template <typename Number>
    Number number(std::string_view text) const {
        Number value{};
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (problem != std::errc{} || end != text.data() + text.size()) fail("a number was expected");
        return value;
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw Error(file_.string() + ", line " + std::to_string(lineNumber_) + ": " + what + ".");
    }

private:
    fs::path file_;
    std::string text_;
    std::string_view line_;
    std::size_t position_ = 0;
    int lineNumber_ = 0;
};

struct Corners {
    std::vector<std::uint32_t> vertices, textures;
};

/// The "v/vt" corners of a face line, counted from 0.
Corners readFace(LineReader& reader) {
    Corners face;
    for (std::string_view word = reader.word(); !word.empty(); word = reader.word()) {
        const auto slash = word.find('/');
        if (slash == std::string_view::npos) reader.fail("a face corner without texture coordinate");
        face.vertices.push_back(reader.number<std::uint32_t>(word.substr(0, slash)) - 1);
        face.textures.push_back(reader.number<std::uint32_t>(word.substr(slash + 1)) - 1);
    }
    if (face.vertices.size() != 4) reader.fail("a face of four corners was expected");
    return face;
}

void readBaseMesh(const fs::path& file, MakeHumanFigure& figure) {
    LineReader reader(file);
    std::vector<double> vertices;
    std::vector<float> textures;
    std::string group;
    std::map<std::string, std::set<std::uint32_t>> cubes;
    while (reader.nextLine()) {
        const std::string_view key = reader.word();
        if (key == "v") {
            for (int c = 0; c < 3; ++c) vertices.push_back(kMetresPerUnit * reader.number<double>(reader.word()));
        } else if (key == "vt") {
            for (int c = 0; c < 2; ++c) textures.push_back(reader.number<float>(reader.word()));
        } else if (key == "g" || key == "o") {
            group = reader.word();
        } else if (key == "f" && (group == "body" || group.starts_with("joint-"))) {
            const Corners face = readFace(reader);
            for (int k = 0; k < 4; ++k)
                if (face.vertices[k] >= vertices.size() / 3 || face.textures[k] >= textures.size() / 2)
                    reader.fail("a face names a vertex that does not exist");
            if (group == "body") {
                figure.quads.push_back({face.vertices[0], face.vertices[1], face.vertices[2], face.vertices[3]});
                figure.textureQuads.push_back({face.textures[0], face.textures[1], face.textures[2], face.textures[3]});
            } else {
                cubes[group.substr(6)].insert(face.vertices.begin(), face.vertices.end());
            }
        }
    }
    figure.vertices = Eigen::Map<const Points3d>(vertices.data(), static_cast<Eigen::Index>(vertices.size() / 3), 3);
    figure.textureCoordinates = Eigen::Map<const decltype(figure.textureCoordinates)>(
        textures.data(), static_cast<Eigen::Index>(textures.size() / 2), 2);
    for (const auto& [name, cube] : cubes) figure.jointCubes[name].assign(cube.begin(), cube.end());
    std::set<std::uint32_t> skin;
    for (const auto& quad : figure.quads) skin.insert(quad.begin(), quad.end());
    if (skin.empty() || *skin.rbegin() + 1 != skin.size())
        throw Error(file.string() + ": the group 'body' was expected to hold the first vertices without a gap.");
    figure.numSkinVertices = static_cast<int>(skin.size());
}

void readBoneWeights(const fs::path& file, MakeHumanFigure& figure) {
    const auto document = nlohmann::json::parse(readText(file), nullptr, false);
    if (document.is_discarded() || !document.is_object() || !document.contains("weights"))
        throw Error(file.string() + " is no MakeHuman weights file: JSON with the key 'weights' was expected.");
    try {
        for (const auto& [bone, entries] : document.at("weights").items()) {
            auto& weights = figure.boneWeights[bone];
            for (const auto& entry : entries) {
                weights.emplace_back(entry.at(0).get<std::uint32_t>(), entry.at(1).get<double>());
                if (weights.back().first >= figure.vertices.rows())
                    throw Error(file.string() + ": bone '" + bone + "' names a vertex that does not exist.");
            }
        }
    } catch (const nlohmann::json::exception& problem) {
        throw Error(file.string() + ": lists of [vertex, weight] were expected (" + problem.what() + ").");
    }
}

void readMirrorTable(const fs::path& file, MakeHumanFigure& figure) {
    const auto count = static_cast<std::size_t>(figure.vertices.rows());
    figure.mirrorVertices.assign(count, static_cast<std::uint32_t>(count));
    LineReader reader(file);
    while (reader.nextLine()) {
        const std::string_view vertex = reader.word(), mirror = reader.word();
        if (vertex.empty() || vertex.front() == '#') continue;
        const auto v = reader.number<std::uint32_t>(vertex), m = reader.number<std::uint32_t>(mirror);
        if (v >= count || m >= count) reader.fail("a vertex that does not exist");
        figure.mirrorVertices[v] = m;
    }
    if (std::find(figure.mirrorVertices.begin(), figure.mirrorVertices.end(), count) != figure.mirrorVertices.end())
        throw Error(file.string() + " does not tell the mirror image of every vertex.");
}

MacroTarget readTarget(const fs::path& file, const std::string& name, std::size_t numVertices) {
    MacroTarget target;
    target.name = name;
    std::vector<float> offsets;
    LineReader reader(file);
    while (reader.nextLine()) {
        const std::string_view vertex = reader.word();
        if (vertex.empty() || vertex.front() == '#') continue;
        target.vertices.push_back(reader.number<std::uint32_t>(vertex));
        if (target.vertices.back() >= numVertices) reader.fail("a vertex that does not exist");
        for (int c = 0; c < 3; ++c)
            offsets.push_back(static_cast<float>(kMetresPerUnit * reader.number<double>(reader.word())));
    }
    target.offsets = Eigen::Map<const Points3f>(offsets.data(), static_cast<Eigen::Index>(target.vertices.size()), 3);
    return target;
}

void readTargets(const fs::path& folder, const std::string& prefix, MakeHumanFigure& figure) {
    if (!fs::is_directory(folder)) throw Error("The folder " + folder.string() + " of MakeHuman's assets is missing.");
    for (const auto& entry : fs::directory_iterator(folder)) {
        std::string name = entry.path().filename().string();
        if (name.ends_with(".gz")) name.resize(name.size() - 3);
        if (!name.ends_with(".target") || !name.starts_with(prefix)) continue;
        name.resize(name.size() - 7);
        figure.targets.push_back(readTarget(entry.path(), name, static_cast<std::size_t>(figure.vertices.rows())));
    }
}

}  // namespace

MakeHumanFigure readMakeHumanFigure(const fs::path& folder) {
    const fs::path root = fs::exists(folder / "body" / "3dobjs") ? folder / "body" : folder;
    if (!fs::exists(root / "3dobjs" / "base.obj"))
        throw Error(folder.string() +
                    " holds no MakeHuman assets: 3dobjs/base.obj was expected in it or in its folder body. "
                    "Give the data folder of MakeHuman's CC0 assets with --assets.");
    MakeHumanFigure figure;
    readBaseMesh(root / "3dobjs" / "base.obj", figure);
    readBoneWeights(root / "rigs" / "default_weights.mhw", figure);
    readMirrorTable(root / "mpfb2" / "hm08.mirror", figure);
    readTargets(root / "targets" / "macrodetails", "", figure);
    readTargets(root / "targets" / "macrodetails" / "height", "", figure);
    readTargets(root / "targets" / "macrodetails" / "proportions", "", figure);
    readTargets(root / "targets" / "breast", "female-", figure);
    if (figure.targets.empty()) throw Error("There are no macro targets below " + (root / "targets").string() + ".");
    std::sort(figure.targets.begin(), figure.targets.end(),
              [](const MacroTarget& a, const MacroTarget& b) { return a.name < b.name; });
    return figure;
}

}  // namespace hmr
