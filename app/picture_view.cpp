// SPDX-License-Identifier: MIT
#include "app/picture_view.h"

#include <QApplication>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "app/scene_of_session.h"
#include "body/error.h"
#include "renderer/scene_figure.h"
#include "renderer/scene_view.h"

namespace hmr {
namespace {

const Eigen::Vector4f kCanvasColor(0.118f, 0.122f, 0.133f, 1);

QColor qColor(const Eigen::Vector3f& color) { return QColor::fromRgbF(color.x(), color.y(), color.z()); }

/// True when OpenGL runs on the processor, where each further sample a pixel costs the window its liveliness.
bool drawsInSoftware() {
    static const bool isSoftware = [] {
        QOffscreenSurface surface;
        surface.create();
        QOpenGLContext context;
        if (!context.create() || !context.makeCurrent(&surface)) return false;
        const auto* name = reinterpret_cast<const char*>(context.functions()->glGetString(GL_RENDERER));
        const QString renderer = QString::fromLatin1(name).toLower();
        return renderer.contains("llvmpipe") || renderer.contains("softpipe") || renderer.contains("swiftshader");
    }();
    return isSoftware;
}

}  // namespace

/// Words over the picture, in a layer of their own: the picture is OpenGL's, these are Qt's.
class PictureView::Notes : public QWidget {
public:
    explicit Notes(PictureView& view) : QWidget(&view), view_(view) { setAttribute(Qt::WA_TransparentForMouseEvents); }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        if (view_.session_.hasPicture()) {
            view_.paintLabels(painter);
            view_.paintEditing(painter);
        } else {
            view_.paintWelcome(painter);
        }
    }

private:
    PictureView& view_;
};

PictureView::PictureView(Session& session, QWidget* parent) : QOpenGLWidget(parent), session_(session), notes_(new Notes(*this)) {
    QSurfaceFormat format = QSurfaceFormat::defaultFormat();
    format.setSamples(drawsInSoftware() ? 0 : 4);
    setFormat(format);
    setObjectName("pictureView");
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 180);
    setAccessibleName(tr("Picture"));
    connect(&warmUp_, &QTimer::timeout, this, &PictureView::warmUp);
    connect(&session_, &Session::frameChanged, this, [this] { followPicture(); });
    for (const auto signal : {&Session::bodyChanged, &Session::peopleChanged, &Session::selectionChanged, &Session::viewChanged})
        connect(&session_, signal, this, &PictureView::showChange);
    connect(&session_, &Session::personEdited, this, &PictureView::showChange);
}

PictureView::~PictureView() { releaseGl(); }

void PictureView::releaseGl() {
    warmUp_.stop();
    if (!renderer_) return;
    makeCurrent();
    renderer_.reset();
    doneCurrent();
}

void PictureView::initializeGL() {
    connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, &PictureView::releaseGl, Qt::DirectConnection);
    try {
        renderer_ = std::make_unique<SceneRenderer>();
        warmUp_.start(0);
    } catch (const Error& error) {
        Q_EMIT failed(QString::fromStdString(error.what()));
    }
}

/// A step for each turn of the event loop, so that the window answers in between.
void PictureView::warmUp() {
    makeCurrent();
    try {
        if (renderer_ && renderer_->warmUp(kCanvasColor)) return;
    } catch (const Error& error) {
        renderer_.reset();
        Q_EMIT failed(QString::fromStdString(error.what()));
    }
    warmUp_.stop();
    update();
}

Eigen::Vector2d PictureView::pictureSize() const {
    if (!session_.hasPicture()) return Eigen::Vector2d::Zero();
    const cv::Mat& picture = session_.frame().estimate->frame.picture;
    return Eigen::Vector2d(picture.cols, picture.rows);
}

void PictureView::showChange() {
    shown_.reset();
    update();
    updateNotes();
}

/// While there is nothing to say the layer is away: with it, each picture of a video would be laid under words that are none.
void PictureView::updateNotes() {
    notes_->setVisible(hasNotes());
    notes_->update();
}

bool PictureView::hasNotes() const {
    if (!session_.hasPicture()) return true;
    const ViewSettings& view = session_.view();
    if (isOverlay() && view.boxes && session_.boxes().size() > 1) return true;
    const PersonEdit& edit = session_.edit(session_.selectedPerson());
    return view.measures || view.gizmo || (isOverlay() && view.joints2d) || !edit.pinnedJoints.empty() || (view.skeleton && !edit.lockedJoints.empty());
}

void PictureView::followPicture() {
    if (pictureSize() != lastPictureSize_) {
        lastPictureSize_ = pictureSize();
        isFitted_ = true;
    }
    fitIfWanted();
    showChange();
}

void PictureView::fitIfWanted() {
    const Eigen::Vector2d size = pictureSize();
    if (!isFitted_ || size.x() <= 0 || width() <= 0 || height() <= 0) return;
    constexpr double kMargin = 12;
    scale_ = std::max(0.001, std::min((width() - 2 * kMargin) / size.x(), (height() - 2 * kMargin) / size.y()));
    // Very small pictures stay readable as pixels instead of filling the screen.
    scale_ = std::min(scale_, 16.0);
    corner_ = QPointF((width() - size.x() * scale_) / 2, (height() - size.y() * scale_) / 2);
    Q_EMIT zoomChanged(100 * scale_ * devicePixelRatioF());
}

void PictureView::fitPicture() {
    isFitted_ = true;
    orbit_ = {.yaw = orbit_.yaw, .pitch = orbit_.pitch};
    side_ = OrbitView::side();
    fitIfWanted();
    update();
}

void PictureView::zoomBy(double factor) { zoomAt(rect().center(), factor); }

void PictureView::showActualSize() { zoomBy(1 / (scale_ * devicePixelRatioF())); }

void PictureView::zoomAt(const QPointF& point, double factor) {
    if (isOverlay()) {
        const double scale = std::clamp(scale_ * factor, 0.01, 64.0);
        corner_ = point + (corner_ - point) * (scale / scale_);
        scale_ = scale;
        isFitted_ = false;
        Q_EMIT zoomChanged(100 * scale_ * devicePixelRatioF());
    } else {
        freeView().zoom(std::log(factor) / std::log(1.2));
    }
    update();
}

QPointF PictureView::widgetFromPicture(const Eigen::Vector2d& pixel) const {
    return corner_ + QPointF(pixel.x(), pixel.y()) * scale_;
}

Eigen::Vector2d PictureView::pictureFromWidget(const QPointF& point) const {
    const QPointF pixel = (point - corner_) / scale_;
    return {pixel.x(), pixel.y()};
}

void PictureView::setDrawsBoxes(bool drawsBoxes) {
    if (drawsBoxes == drawsBoxes_) return;
    drawsBoxes_ = drawsBoxes;
    setCursor(drawsBoxes ? Qt::CrossCursor : Qt::ArrowCursor);
    Q_EMIT drawsBoxesChanged(drawsBoxes);
}

const Scene& PictureView::sessionScene() const {
    if (!shown_) shown_ = sceneOf(session_, session_.view());
    return *shown_;
}

Scene PictureView::scene() const {
    Scene scene = sessionScene();
    scene.clearColor = kCanvasColor;
    if (!isOverlay()) {
        scene.viewFromCamera = freeView().viewFromCamera(scene);
        scene.drawFloorGrid = true;
    } else if (newBox_) {
        const double shrink = scene.width / pictureSize().x();
        scene.boxes.push_back({{newBox_->x * shrink, newBox_->y * shrink, newBox_->width * shrink, newBox_->height * shrink}, {1, 1, 1}, true});
    }
    return scene;
}

PictureView::Placement PictureView::freePlacement(const Scene& scene) const {
    // Turning keeps the figures' centre in place, so that is what goes to the middle of the widget.
    const FreeView free = hmr::freeView(scene);
    const Eigen::Vector2d middle = free.center.head<2>() * (free.camera.focalLength / free.center.z()) + free.camera.principalPoint;
    double reach = 0.5;
    for (std::size_t i = 0; i < scene.figures.size(); ++i) {
        for (const SceneMesh& mesh : scene.figures[i].meshes) {
            const Eigen::Vector3f offset = (free.figureTranslations[i] - free.center).cast<float>();
            reach = std::max<double>(reach, (mesh.positions->rowwise() + offset.transpose()).rowwise().norm().maxCoeff());
        }
    }
    const double pixels = 2 * reach * free.camera.focalLength / free.center.z();
    const double scale = 0.9 * std::min(width(), height()) / pixels;
    return {QRectF(rect()).center() - QPointF(middle.x(), middle.y()) * scale, scale};
}

PictureView::Placement PictureView::scenePlacement(const Scene& scene) const {
    if (!isOverlay()) return scene.figures.empty() ? overlayPlacement() : freePlacement(scene);
    Placement placement = overlayPlacement();
    placement.scale *= pictureSize().x() / scene.width;
    return placement;
}

void PictureView::paintEvent(QPaintEvent* event) {
    paintsForScreen_ = true;
    QOpenGLWidget::paintEvent(event);
    paintsForScreen_ = false;
}

void PictureView::paintGL() {
    const double ratio = devicePixelRatioF();
    Scene scene = paintsForScreen_ && warmUp_.isActive() ? Scene{} : this->scene();
    const bool hasPicture = scene.width > 0;
    Viewport viewport;
    viewport.targetWidth = std::max(1, static_cast<int>(std::lround(width() * ratio)));
    viewport.targetHeight = std::max(1, static_cast<int>(std::lround(height() * ratio)));
    if (hasPicture) {
        const Placement placement = scenePlacement(scene);
        viewport.x = placement.corner.x() * ratio;
        viewport.y = placement.corner.y() * ratio;
        viewport.width = scene.width * placement.scale * ratio;
        viewport.height = scene.height * placement.scale * ratio;
    } else {
        scene.width = viewport.targetWidth;
        scene.height = viewport.targetHeight;
        scene.clearColor = kCanvasColor;
        viewport.width = scene.width;
        viewport.height = scene.height;
    }
    if (!isOverlay() && scene.figures.empty()) {
        scene.viewFromCamera.reset();
        scene.drawFloorGrid = false;
    }
    try {
        if (renderer_) renderer_->draw(scene, viewport);
    } catch (const Error& error) {
        renderer_.reset();
        QMetaObject::invokeMethod(this, [this, text = QString::fromStdString(error.what())] { Q_EMIT failed(text); }, Qt::QueuedConnection);
    }
}

void PictureView::paintLabels(QPainter& painter) const {
    if (!isOverlay() || !session_.view().boxes) return;
    const auto boxes = session_.boxes();
    if (boxes.size() < 2) return;
    QFont font = painter.font();
    font.setBold(true);
    painter.setFont(font);
    for (const PersonBox& person : boxes) {
        const QPointF corner = widgetFromPicture({person.box.x, person.box.y});
        const QString text = QString::number(person.id + 1);
        const QRectF tag(corner.x(), corner.y() - 20, std::max(20.0, painter.fontMetrics().horizontalAdvance(text) + 12.0), 20);
        painter.setPen(Qt::NoPen);
        painter.setBrush(qColor(figureColor(person.id)));
        painter.drawRoundedRect(tag, 3, 3);
        painter.setPen(QColor(20, 22, 26));
        painter.drawText(tag, Qt::AlignCenter, text);
    }
}

void PictureView::paintWelcome(QPainter& painter) const {
    const QRectF area(0, 0, width(), height());
    QFont large = font(), small = font();
    large.setPointSizeF(font().pointSizeF() * 1.7);
    painter.setFont(large);
    painter.setPen(QColor(205, 208, 214));
    painter.drawText(area.adjusted(0, -30, 0, -30), Qt::AlignCenter, tr("Open a picture, a video or a folder"));
    painter.setFont(small);
    painter.setPen(QColor(140, 145, 153));
    painter.drawText(area.adjusted(0, 30, 0, 30), Qt::AlignCenter,
                     tr("or drop it here. Every person in it becomes a body that you can shape, pose and export."));
}

void PictureView::resizeEvent(QResizeEvent* event) {
    QOpenGLWidget::resizeEvent(event);
    notes_->resize(size());
    fitIfWanted();
}

}  // namespace hmr
