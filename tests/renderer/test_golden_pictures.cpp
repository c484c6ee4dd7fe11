// SPDX-License-Identifier: MIT
#include <QDir>
#include <QImage>

#include "body/rotation.h"
#include "formats/body_file.h"
#include "renderer/orbit_view.h"
#include "renderer/scene_figure.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"
#include "scenes.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;

namespace {

constexpr int kWidth = 200, kHeight = 200;

QImage imageOf(const Picture& picture) {
    return QImage(picture.pixels.data(), picture.width, picture.height, 4 * picture.width, QImage::Format_RGBA8888)
        .copy();
}

/// Mean absolute difference over all channels, in 1/255; infinite for different sizes.
double meanDifference(const QImage& a, const QImage& b) {
    if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
    double sum = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < 4 * a.width(); ++x)
            sum += std::abs(int(a.constScanLine(y)[x]) - int(b.constScanLine(y)[x]));
    return sum / (4.0 * a.width() * a.height());
}

std::shared_ptr<Picture> gradient() {
    auto picture = std::make_shared<Picture>(kWidth, kHeight, 3);
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x) {
            std::uint8_t* pixel = picture->at(x, y);
            pixel[0] = static_cast<std::uint8_t>(90 + x / 4);
            pixel[1] = static_cast<std::uint8_t>(110 + y / 4);
            pixel[2] = static_cast<std::uint8_t>((x / 20 + y / 20) % 2 ? 120 : 90);
        }
    return picture;
}

/// The test person over the gradient, in this style.
Scene styled(const FigureStyle& style) {
    const Person person = smallPerson();
    Scene scene;
    scene.width = kWidth;
    scene.height = kHeight;
    scene.background = gradient();
    scene.figures = {
        sceneFigure(person.model, person.posed, frameCamera(person.camera, CropWindow{{100, 100}, 200}), style)};
    return scene;
}

Scene orbitScene() {
    Scene scene = styled({.style = SurfaceStyle::Lit, .skeleton = true});
    scene.background = nullptr;
    scene.fillsWithClearColor = true;
    scene.drawFloorGrid = true;
    scene.viewFromCamera = OrbitView{.yaw = 0.8, .pitch = 0.35, .distance = 1.2}.viewFromCamera(scene);
    return scene;
}

Scene twoPeopleWithBoxes() {
    Scene scene = styled({.color = figureColor(1), .opacity = 0.7f});
    const Person second = smallPerson(-0.9);
    scene.figures.push_back(
        sceneFigure(second.model, second.posed, frameCamera(second.camera, CropWindow{{140, 105}, 150}), {}));
    scene.boxes = {{{12, 8, 120, 180}, {1, 0.8f, 0.2f}, true}, {{90, 40, 100, 130}, {0.4f, 0.8f, 1}, false}};
    return scene;
}

/// The body that is shipped, stepping toward the camera.
Scene openBody() {
    const auto model = loadBodyModel(HMR_RESOURCE_DIR "/body/openbody.npz");
    BodyParameters parameters;
    parameters.pose.row(0) = axisAngleFromRotation(Eigen::AngleAxisd(kPi, Eigen::Vector3d::UnitX()).toRotationMatrix() *
                                                   Eigen::AngleAxisd(0.5, Eigen::Vector3d::UnitY()).toRotationMatrix())
                                 .transpose();
    parameters.pose.row(1) << -0.6, 0, 0.1;
    parameters.pose.row(4) << 0.5, 0, 0;
    parameters.pose.row(16) << 0, 0, -1;
    parameters.pose.row(17) << 0, 0, 1;
    const PosedBody posed = poseBody(*model, parameters);
    Scene scene = styled({});
    WeakPerspectiveCamera camera;
    camera.translation = -posed.vertices.colwise().mean().head<2>().transpose().cast<double>();
    scene.figures = {sceneFigure(model, posed, frameCamera(camera, CropWindow{{100, 100}, 200}))};
    return scene;
}

}  // namespace

/// Pictures that were looked at once and must stay.
class TestGoldenPictures : public QObject {
    Q_OBJECT
    WindowlessContext context_;
    SceneRenderer renderer_;

private Q_SLOTS:
    void looksAsBefore_data() {
        QTest::addColumn<int>("row");
        for (const char* name :
             {"lit", "translucent", "normals", "parts", "wireframe", "skeleton", "orbit", "boxes", "openbody"})
            QTest::newRow(name) << 0;
    }
    void looksAsBefore() {
        const QString name = QTest::currentDataTag();
        const Scene scene = name == "lit"           ? styled({})
                            : name == "translucent" ? styled({.opacity = 0.55f})
                            : name == "normals"     ? styled({.style = SurfaceStyle::Normals})
                            : name == "parts"       ? styled({.style = SurfaceStyle::PartColors})
                            : name == "wireframe"   ? styled({.wireframe = true})
                            : name == "skeleton"    ? styled({.opacity = 0.5f, .skeleton = true, .selectedJoint = 18})
                            : name == "orbit"       ? orbitScene()
                            : name == "openbody"    ? openBody()
                                                    : twoPeopleWithBoxes();
        const QImage drawn = imageOf(renderer_.drawPicture(scene));
        const QString file = "render_" + name + ".png";
        const QImage golden = QImage(QString(HMR_BASELINES "/") + file).convertToFormat(QImage::Format_RGBA8888);
        const double difference = meanDifference(drawn, golden);
        if (difference <= 0.5) return;
        QDir().mkpath(HMR_CANDIDATES);
        const QString candidate = QString(HMR_CANDIDATES "/") + file;
        drawn.save(candidate);
        QFAIL(qPrintable(QString("mean difference %1/255 from tests/baselines/%2; the new picture is %3")
                             .arg(difference)
                             .arg(file, candidate)));
    }
};

HMR_TEST_CLASS(TestGoldenPictures, "test_golden_pictures")
#include "test_golden_pictures.moc"
