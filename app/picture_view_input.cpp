// SPDX-License-Identifier: MIT
// The hand on the canvas: zooming, panning, turning, and editing boxes.
#include <QApplication>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/editing/edit_commands.h"
#include "app/picture_view.h"

namespace hmr {
namespace {

constexpr double kGripReach = 7;    ///< logical pixels

double distance(const QPointF& a, const QPointF& b) { return std::hypot(a.x() - b.x(), a.y() - b.y()); }

Qt::CursorShape cursorFor(const BoxGrip& grip) {
    if ((grip.left && grip.top) || (grip.right && grip.bottom)) return Qt::SizeFDiagCursor;
    if ((grip.right && grip.top) || (grip.left && grip.bottom)) return Qt::SizeBDiagCursor;
    if (grip.left || grip.right) return Qt::SizeHorCursor;
    if (grip.top || grip.bottom) return Qt::SizeVerCursor;
    return grip.inside ? Qt::SizeAllCursor : Qt::ArrowCursor;
}

}  // namespace

PictureView::Hit PictureView::hitAt(const QPointF& point) const {
    const Eigen::Vector2d pixel = pictureFromWidget(point);
    const double reach = kGripReach / scale_;
    const auto boxes = session_.boxes();
    const auto selected = std::find_if(boxes.begin(), boxes.end(), [this](const PersonBox& box) { return box.id == session_.selectedPerson(); });
    if (selected != boxes.end()) {
        const BoxGrip grip = gripAt(selected->box, pixel, reach);
        if (!grip.isNone() && !grip.inside) return {selected->id, grip};
    }
    // Of boxes that lie over each other, the smallest is the one that could not be reached otherwise.
    Hit hit;
    double smallest = 0;
    for (const PersonBox& person : boxes) {
        const double area = person.box.width * person.box.height;
        if (!gripAt(person.box, pixel, 0).inside || (hit.person >= 0 && area >= smallest)) continue;
        hit = {person.id, {.inside = true}};
        smallest = area;
    }
    return hit;
}

void PictureView::wheelEvent(QWheelEvent* event) {
    const double notches = event->angleDelta().y() / 120.0;
    if (notches != 0) zoomAt(event->position(), std::pow(1.2, notches));
    event->accept();
}

void PictureView::mousePressEvent(QMouseEvent* event) {
    pressPoint_ = lastPoint_ = event->position();
    hasMoved_ = false;
    if (!session_.hasPicture()) return;
    if (event->button() == Qt::MiddleButton || (event->button() == Qt::LeftButton && spaceIsDown_)) {
        drag_ = Drag::Pan;
        setCursor(Qt::ClosedHandCursor);
    } else if (event->button() == Qt::LeftButton && !drawsBoxes_ && pressOnBody(event->position())) {
        update();
    } else if (event->button() == Qt::LeftButton && !isOverlay()) {
        drag_ = session_.view().mode == ViewMode::Orbit ? Drag::Turn : Drag::Pan;
    } else if (event->button() == Qt::LeftButton) {
        pressOnPicture(event->position());
    }
}

void PictureView::pressOnPicture(const QPointF& point) {
    pressHit_ = hitAt(point);
    if (drawsBoxes_ || pressHit_.person < 0) {
        drag_ = Drag::DrawBox;
        return;
    }
    drag_ = Drag::EditBox;
    session_.beginGesture();
    for (const PersonBox& person : session_.boxes()) {
        if (person.id == pressHit_.person) boxAtPress_ = person.box;
    }
}

void PictureView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF point = event->position(), step = point - lastPoint_;
    if (drag_ == Drag::None) {
        updateCursor(point);
        return;
    }
    if (!hasMoved_ && distance(point, pressPoint_) < QApplication::startDragDistance() / 2.0) return;
    if (!hasMoved_ && drag_ != Drag::Pan && drag_ != Drag::Turn) Q_EMIT editStarted();
    hasMoved_ = true;
    lastPoint_ = point;
    switch (drag_) {
        case Drag::Pan:
            panBy(step);
            break;
        case Drag::Turn:
            orbit_.drag({step.x(), step.y()});
            break;
        case Drag::DrawBox:
            newBox_ = boxBetween(pictureFromWidget(pressPoint_), pictureFromWidget(point), pictureSize().x(), pictureSize().y());
            break;
        case Drag::EditBox:
            dragBox(point);
            break;
        case Drag::MoveJoint:
        case Drag::TurnJoint:
        case Drag::MoveTarget:
            dragOnBody(point);
            break;
        case Drag::None:
            break;
    }
    update();
    updateNotes();
}

void PictureView::panBy(const QPointF& step) {
    if (isOverlay()) {
        corner_ += step;
        isFitted_ = false;
        return;
    }
    const Scene& scene = sessionScene();
    if (scene.figures.empty()) return;
    const double scale = freePlacement(scene).scale;
    freeView().shift(scene, {step.x() / scale, step.y() / scale});
}

void PictureView::dragBox(const QPointF& point) {
    const Eigen::Vector2d step = pictureFromWidget(point) - pictureFromWidget(pressPoint_);
    auto boxes = session_.boxes();
    session_.selectPerson(pressHit_.person);
    for (PersonBox& person : boxes) {
        if (person.id == pressHit_.person) person.box = dragged(boxAtPress_, pressHit_.grip, step, pictureSize().x(), pictureSize().y());
    }
    const QString text = pressHit_.grip.inside ? tr("Move box") : tr("Resize box");
    session_.undoStack().push(new SetBoxes(session_, std::move(boxes), text));
}

void PictureView::finishBox(const QPointF& point) {
    newBox_.reset();
    const PixelBox box = boxBetween(pictureFromWidget(pressPoint_), pictureFromWidget(point), pictureSize().x(), pictureSize().y());
    const bool isTooSmall = distance(point, pressPoint_) < 12 || box.width < kSmallestBox || box.height < kSmallestBox;
    if (isTooSmall) return;
    auto boxes = session_.boxes();
    const int id = session_.nextPersonId();
    boxes.push_back({id, box});
    session_.beginGesture();
    session_.undoStack().push(new SetBoxes(session_, std::move(boxes), tr("Draw box")));
    session_.selectPerson(id);
    setDrawsBoxes(false);
    Q_EMIT boxDrawn();
}

void PictureView::mouseReleaseEvent(QMouseEvent* event) {
    const Drag drag = std::exchange(drag_, Drag::None);
    if (drag == Drag::DrawBox && hasMoved_) {
        finishBox(event->position());
    } else if (drag == Drag::EditBox || (drag == Drag::DrawBox && !drawsBoxes_)) {
        if (!hasMoved_ && !select(partAt(event->position()))) session_.selectPerson(pressHit_.person);
    } else if (!isOverlay() && !hasMoved_ && event->button() == Qt::LeftButton && !spaceIsDown_ && (drag == Drag::Turn || drag == Drag::Pan)) {
        select(partAt(event->position()));  // a press that could have turned the free view or moved the side view
    }
    finishBodyDrag();
    updateCursor(event->position());
    update();
}

void PictureView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && (!isOverlay() || hitAt(event->position()).person < 0)) fitPicture();
}

void PictureView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space) {
        if (!event->isAutoRepeat()) spaceIsDown_ = true;
        updateCursor(lastPoint_);
    } else if (event->key() == Qt::Key_Escape) {
        newBox_.reset();
        drag_ = Drag::None;
        finishBodyDrag();
        setDrawsBoxes(false);
        setPosesBodies(false);
        update();
    } else {
        QOpenGLWidget::keyPressEvent(event);
    }
}

void PictureView::keyReleaseEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat()) spaceIsDown_ = false;
    updateCursor(lastPoint_);
    QOpenGLWidget::keyReleaseEvent(event);
}

void PictureView::leaveEvent(QEvent* event) {
    spaceIsDown_ = false;
    QOpenGLWidget::leaveEvent(event);
}

void PictureView::updateCursor(const QPointF& point) {
    if (spaceIsDown_ || (!isOverlay() && session_.hasPicture())) {
        setCursor(Qt::OpenHandCursor);
    } else if (drawsBoxes_) {
        setCursor(Qt::CrossCursor);
    } else if (!session_.hasPicture()) {
        setCursor(Qt::ArrowCursor);
    } else {
        const Hit hit = hitAt(point);
        const bool movable = hit.person == session_.selectedPerson() || !hit.grip.inside;
        setCursor(hit.person < 0 ? Qt::ArrowCursor : movable ? cursorFor(hit.grip) : Qt::PointingHandCursor);
    }
}

}  // namespace hmr
