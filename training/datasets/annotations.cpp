// SPDX-License-Identifier: MIT
#include "training/datasets/annotations.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "formats/atomic_file.h"
#include "training/datasets/dataset_folders.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kNumCocoJoints = 17;
/// Coco-plus joint of each of COCO's 17: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles, left first.
constexpr std::array<int, kNumCocoJoints> kCocoPlusOfCoco = {14, 15, 16, 17, 18, 9, 8, 10, 7, 11, 6, 3, 2, 4, 1, 5, 0};

std::vector<std::string> splitLine(const std::string& line) {
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) {
        while (!cell.empty() && (cell.back() == '\r' || cell.back() == ' ')) cell.pop_back();
        cells.push_back(cell);
    }
    return cells;
}

float numberOf(const std::string& cell) {
    float value = 0;
    const auto [end, status] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (status != std::errc{} || end != cell.data() + cell.size() || !std::isfinite(value))
        throw Error("expected a finite number, found \"" + cell + "\"");
    return value;
}

Keypoints lspKeypoints(const std::vector<std::string>& cells) {
    Keypoints keypoints{};
    for (int joint = 0; joint < kNumLspJoints; ++joint) {
        const float x = numberOf(cells[1 + 3 * joint]), y = numberOf(cells[2 + 3 * joint]);
        if (numberOf(cells[3 + 3 * joint]) < 0.5f) continue;
        setKeypoint(keypoints, joint, x, y);
    }
    return keypoints;
}

Keypoints cocoKeypoints(const Json& numbers) {
    if (!numbers.is_array() || numbers.size() != 3 * kNumCocoJoints)
        throw Error("expected 51 keypoint numbers, found " + std::to_string(numbers.size()));
    Keypoints keypoints{};
    for (int joint = 0; joint < kNumCocoJoints; ++joint) {
        for (int i = 0; i < 3; ++i)
            if (!numbers[3 * joint + i].is_number()) throw Error("a keypoint is no number");
        if (numbers[3 * joint + 2].get<double>() < 0.5) continue;
        setKeypoint(keypoints, kCocoPlusOfCoco[joint], numbers[3 * joint].get<float>(), numbers[3 * joint + 1].get<float>());
    }
    return keypoints;
}

/// COCO's own layout keeps the pictures of annotations/person_keypoints_val2017.json in val2017/.
std::vector<fs::path> cocoPictureFolders(const fs::path& file) {
    std::vector<fs::path> folders = {file.parent_path() / "images", file.parent_path()};
    const std::string stem = file.stem().string(), start = "person_keypoints_";
    if (stem.rfind(start, 0) == 0) folders.push_back(file.parent_path().parent_path() / stem.substr(start.size()));
    return folders;
}

AnnotatedPerson lspPerson(const std::vector<std::string>& cells, const std::vector<fs::path>& folders) {
    if (cells.size() != 1 + 3 * kNumLspJoints)
        throw Error("expected 43 columns (file, then x, y, v of 14 joints), found " + std::to_string(cells.size()));
    AnnotatedPerson person;
    person.id = cells[0];
    person.picture = pictureIn(folders, cells[0]);
    person.keypoints = lspKeypoints(cells);
    setBoxOfJoints(person);
    return person;
}

void setCocoBox(const Json& annotation, AnnotatedPerson& person) {
    const auto found = annotation.find("bbox");
    if (found == annotation.end() || !found->is_array() || found->size() != 4) return setBoxOfJoints(person);
    const auto& box = *found;
    person.box = {box[0].get<double>(), box[1].get<double>(), box[2].get<double>(), box[3].get<double>()};
}

/// "openbody-1.0" of "openbody-lod-1.0".
std::string withoutDetail(std::string bodyId) {
    constexpr std::string_view kDetail = "-lod";
    const std::size_t at = bodyId.find(kDetail);
    return at == std::string::npos ? bodyId : bodyId.erase(at, kDetail.size());
}

}  // namespace

bool isOfBody(const std::string& name, const BodyModel& body) {
    constexpr int kSmplVertices = 6890;
    const std::string id = withoutDetail(body.data().modelId);
    if (name.empty() || withoutDetail(name) == id) return true;
    return name == "smpl" && body.numVertices() == kSmplVertices && !id.starts_with("openbody");
}

void setKeypoint(Keypoints& keypoints, int joint, float x, float y) {
    if (!std::isfinite(x) || !std::isfinite(y)) throw Error("the joint " + std::string(kCocoPlusNames[static_cast<std::size_t>(joint)]) + " is not finite");
    const auto at = static_cast<std::size_t>(3 * joint);
    keypoints[at] = x, keypoints[at + 1] = y, keypoints[at + 2] = 1;
}

void requireSomebody(const std::vector<AnnotatedPerson>& people, const FaultList* faults, const std::string& complaint) {
    if (people.empty() && (faults == nullptr || faults->empty())) throw Error(complaint);
}

fs::path pictureIn(const std::vector<fs::path>& folders, const std::string& name) {
    if (name.empty() || fs::path(name).is_absolute() || name.find("..") != std::string::npos)
        throw Error("bad picture name \"" + name + "\"");
    for (const fs::path& folder : folders)
        if (fs::is_regular_file(folder / name)) return folder / name;
    std::string places;
    for (const fs::path& folder : folders) places += (places.empty() ? "" : " nor in ") + folder.string();
    throw Error("picture " + name + (folders.size() > 1 ? " is neither in " : " is not in ") + places);
}

PixelBox boxOfKeypoints(const Keypoints& keypoints) {
    double left = std::numeric_limits<double>::max(), top = left, right = -left, bottom = -left;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        if (keypoints[3 * joint + 2] <= 0) continue;
        left = std::min<double>(left, keypoints[3 * joint]), right = std::max<double>(right, keypoints[3 * joint]);
        top = std::min<double>(top, keypoints[3 * joint + 1]), bottom = std::max<double>(bottom, keypoints[3 * joint + 1]);
    }
    return right > left || bottom > top ? PixelBox{left, top, right - left, bottom - top} : PixelBox{};
}

PixelBox scaledBox(const PixelBox& box, double factor) {
    const Eigen::Vector2d center = box.center();
    return {center.x() - box.width * factor / 2, center.y() - box.height * factor / 2, box.width * factor, box.height * factor};
}

void setBoxOfJoints(AnnotatedPerson& person, double margin) {
    person.box = scaledBox(boxOfKeypoints(person.keypoints), margin);
    person.boxMargin = margin;
}

int countVisible(const Keypoints& keypoints) {
    int count = 0;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) count += keypoints[3 * joint + 2] > 0;
    return count;
}

std::vector<AnnotatedPerson> readLspTable(const fs::path& file, FaultList* faults) {
    std::istringstream stream(readWholeFile(file, std::size_t{1} << 30));
    const std::vector<fs::path> folders = {file.parent_path() / file.stem(), file.parent_path()};
    std::vector<AnnotatedPerson> people;
    std::string line;
    std::getline(stream, line);
    for (int lineNumber = 2; std::getline(stream, line); ++lineNumber) {
        if (line.empty() || line == "\r") continue;
        readPart(faults, file.string() + ":" + std::to_string(lineNumber), [&] {
            AnnotatedPerson person = lspPerson(splitLine(line), folders);
            if (person.box.longerSide() > 0) people.push_back(std::move(person));
        });
    }
    requireSomebody(people, faults, file.string() + ": no annotated person in the table");
    return people;
}

std::vector<AnnotatedPerson> readCocoKeypoints(const fs::path& file, FaultList* faults) {
    std::vector<AnnotatedPerson> people;
    const std::vector<fs::path> folders = cocoPictureFolders(file);
    std::map<std::int64_t, std::string> names;
    const auto readPerson = [&](const Json& annotation) {
        if (annotation.value("iscrowd", 0) != 0 || !annotation.contains("keypoints")) return;
        AnnotatedPerson person;
        person.id = std::to_string(annotation.at("id").get<std::int64_t>());
        const auto name = names.find(annotation.at("image_id").get<std::int64_t>());
        if (name == names.end()) throw Error("its image_id is not among the images");
        person.keypoints = cocoKeypoints(annotation.at("keypoints"));
        if (countVisible(person.keypoints) == 0) return;
        person.picture = pictureIn(folders, name->second);
        setCocoBox(annotation, person);
        people.push_back(std::move(person));
    };
    try {
        const Json json = Json::parse(readWholeFile(file, std::size_t{2} << 30));
        for (const Json& image : json.at("images")) names[image.at("id").get<std::int64_t>()] = image.at("file_name").get<std::string>();
        for (const Json& annotation : json.at("annotations"))
            readPart(faults, file.string() + ": annotation " + annotation.value("id", Json("without id")).dump(), [&] { readPerson(annotation); });
    } catch (const Json::exception& error) {
        throw Error(file.string() + ": not COCO person keypoints: " + error.what());
    }
    requireSomebody(people, faults, file.string() + ": no annotated person");
    return people;
}

namespace {

/// The files of person keypoints in COCO's own folders.
std::vector<fs::path> cocoFiles(const fs::path& folder, AnnotationPart part) {
    std::vector<fs::path> files;
    for (const auto& [name, own] : {std::pair{"person_keypoints_train2017.json", AnnotationPart::Training}, {"person_keypoints_val2017.json", AnnotationPart::Test}})
        if (const fs::path file = folder / "annotations" / name; (part == AnnotationPart::All || part == own) && fs::exists(file)) files.push_back(file);
    return files;
}

std::vector<AnnotatedPerson> readCocoFiles(const std::vector<fs::path>& files, FaultList* faults) {
    std::vector<AnnotatedPerson> people;
    for (const fs::path& file : files) std::ranges::move(readCocoKeypoints(file, faults), std::back_inserter(people));
    return people;
}

std::vector<AnnotatedPerson> readFolder(const fs::path& folder, AnnotationPart part, FaultList* faults) {
    if (fs::exists(folder / "labels.jsonl")) return readNeutralLabels(folder / "labels.jsonl", faults);
    if (fs::exists(folder / "person_keypoints.json")) return readCocoKeypoints(folder / "person_keypoints.json", faults);
    if (const auto files = cocoFiles(folder, part); !files.empty()) return readCocoFiles(files, faults);
    if (holdsLsp(folder)) return readLsp(folder, part, faults);
    if (holdsMpii(folder)) return readMpii(folder, part, faults);
    if (holdsHuman36m(folder)) return readHuman36m(folder, part, faults);
    if (holdsMpiInf3dhp(folder)) return readMpiInf3dhp(folder, part, faults);
    if (holdsThreeDpw(folder)) return readThreeDpw(folder, part, faults);
    std::vector<fs::path> tables;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".csv") tables.push_back(entry.path());
    if (tables.size() == 1) return readLspTable(tables.front(), faults);
    throw Error(folder.string() + ": holds " + std::to_string(tables.size()) +
                " .csv tables, no labels.jsonl, no person_keypoints.json and no data set that is known (COCO, LSP, MPII, MPI-INF-3DHP, "
                "Human3.6M, 3DPW, in the folders that their owners distribute); name the file itself");
}

}  // namespace

std::vector<AnnotatedPerson> readAnnotations(const fs::path& path, AnnotationPart part, FaultList* faults) {
    std::vector<AnnotatedPerson> people;
    if (fs::is_directory(path)) people = readFolder(path, part, faults);
    else if (path.extension() == ".csv") people = readLspTable(path, faults);
    else if (path.extension() == ".json") people = readCocoKeypoints(path, faults);
    else if (path.extension() == ".jsonl") people = readNeutralLabels(path, faults);
    else throw Error(path.string() + ": expected an LSP table (.csv), COCO keypoints (.json), label lines (.jsonl) or a folder with a data set");
    requireSomebody(people, faults, path.string() + ": nobody is annotated in this part of the data set");
    return people;
}

}  // namespace hmr
